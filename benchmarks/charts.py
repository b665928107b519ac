"""The charts as SVG: small, and readable on light and dark pages."""

from __future__ import annotations

from html import escape
from math import ceil, log10
from typing import TYPE_CHECKING

from benchmarks.clients import TAP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.measuring import Cost
    from benchmarks.results import Comparison, Growth, Results

_STYLE = """
.page { fill: #ffffff }
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.quiet { fill: #57606a }
.axis { stroke: #8c959f; fill: none }
.other { fill: #8c959f }
.tap { fill: #0969da }
.line { stroke: #0969da; stroke-width: 2; fill: none }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117 }
  text { fill: #e6edf3 }
  .quiet { fill: #9198a1 }
  .tap { fill: #4493f8 }
  .line { stroke: #4493f8 }
}
"""
_WIDTH = 760
_LEFT = 210
_BAR = 18


def draw(results: Results) -> dict[str, str]:
    """Return the charts of what was measured, by file name."""
    drawn = {}
    if results.comparisons:
        drawn["results.svg"] = _bars(list(results.comparisons.values()))
    if results.growth:
        drawn["growth.svg"] = _growth(results.growth)
    return drawn


def _bars(comparisons: Sequence[Comparison]) -> str:
    """Draw the time of each client as a multiple of the tap's."""
    longest = max(ratio for each in comparisons for ratio in each.ratios().values())
    scale = (_WIDTH - _LEFT - 60) / longest
    parts = [_text(0, 16, "Time as a multiple of tap-sequence's; shorter is faster", "quiet")]
    y = 30
    for comparison in comparisons:
        y += 18
        parts.append(_text(0, y, comparison.title, "title"))
        y += 8
        for name, ratio in comparison.ratios().items():
            kind = "tap" if name == TAP else "other"
            seconds = f" = {comparison.costs[name].wall:.1f} s" if name == TAP else ""
            width = ratio * scale
            parts += [
                _text(_LEFT - 8, y + 13, name, "", "end"),
                f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{width:.0f}" height="14" />',
                _text(_LEFT + width + 6, y + 12, f"{ratio:.1f}{seconds}", "quiet"),
            ]
            y += _BAR
        y += 6
    return _svg(y, "How long others take, as a multiple of tap-sequence's time", parts)


def _growth(growth: Growth) -> str:
    """Draw processor time for 1,000 customers, and peak memory, over the number of customers."""
    left = _curve(
        growth, "Processor time for 1,000 customers, ms", lambda n, cost: cost.processor / n * 1e6
    )
    right = _curve(growth, "Peak memory, MB", lambda _, cost: cost.memory)
    parts = [
        f'<g transform="translate(10 0)">{left}</g>',
        f'<g transform="translate({_WIDTH // 2 + 10} 0)">{right}</g>',
    ]
    return _svg(214, "tap-sequence's time and memory by the number of customers", parts)


def _curve(growth: Growth, title: str, value: Callable[[int, Cost], float]) -> str:
    points = [(customers, value(customers, cost)) for customers, cost in growth.costs.items()]
    first, last = log10(points[0][0]), log10(points[-1][0])
    highest = max(height for _, height in points)
    step = 10 ** int(log10(highest))
    top = ceil(highest / step) * step
    places = [
        (20 + 290 * (log10(n) - first) / (last - first), 165 - 120 * height / top)
        for n, height in points
    ]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
    parts = [
        _text(0, 16, title, "title"),
        '<path class="axis" d="M 0 165 H 330" />',
        _text(165, 203, "number of customers, on a logarithmic scale", "quiet", "middle"),
        f'<polyline class="line" points="{line}" />',
    ]
    for (n, height), (x, y) in zip(points, places, strict=True):
        parts += [
            f'<circle class="tap" cx="{x:.0f}" cy="{y:.0f}" r="3" />',
            _text(x, y - 8, f"{height:.0f}", "", "middle"),
            _text(x, 182, f"{n:,}", "quiet", "middle"),
        ]
    return "".join(parts)


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(height: int, label: str, parts: Sequence[str]) -> str:
    """Wrap up a chart; a page that shows it as an image lends it no style.

    It has a background of its own: not all that show it tell whether theirs is dark.
    """
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"',
            f'  viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(label)}">',
            f"<style>{_STYLE}</style>",
            '<rect class="page" width="100%" height="100%" />',
            *parts,
            "</svg>\n",
        ]
    )
