"""The charts, as SVG: the same results give the same files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib import rc_context
from matplotlib.figure import Figure

from benchmarks.clients import TAP

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from benchmarks.results import Comparison, Growth, Results

_BLUE = "#0969da"
_GREY = "#afb8c1"


@rc_context(
    {
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlesize": "medium",
        "axes.titleweight": "bold",
        "figure.constrained_layout.h_pad": 0.1,  # inches
        "figure.constrained_layout.w_pad": 0.2,
        "figure.titlesize": "medium",
        "font.sans-serif": ["DejaVu Sans", "Verdana"],
        "svg.fonttype": "none",  # text stays text
        "svg.hashsalt": TAP,
    }
)
def draw(results: Results, folder: Path) -> None:
    """Draw what was measured.

    Args:
        results: What was measured.
        folder: Where the charts go: `results.svg`, `growth.svg` or both.
    """
    if results.comparisons:
        _save(_bars(list(results.comparisons.values())), folder / "results.svg")
    if results.growth:
        _save(_curves(results.growth), folder / "growth.svg")


def _save(figure: Figure, file: Path) -> None:
    # Opaque white, so that the words are readable on a dark page too
    figure.savefig(file, facecolor="white", metadata={"Creator": None, "Date": None})


def _bars(comparisons: Sequence[Comparison]) -> Figure:
    """Draw each client's time as a multiple of the tap's."""
    bars = [len(comparison.costs) for comparison in comparisons]
    figure = Figure((8, 0.25 * sum(bars) + 0.5 * len(bars) + 0.5), layout="constrained")
    figure.suptitle("Time as a multiple of tap-sequence's; shorter is faster", x=0.025, ha="left")
    panels = figure.subplots(len(bars), sharex=True, squeeze=False, height_ratios=bars)
    for axes, comparison in zip(panels.flat, comparisons, strict=True):
        _group(axes, comparison)
    return figure


def _group(axes: Axes, comparison: Comparison) -> None:
    ratios = comparison.ratios()
    labels = {name: f"{ratio:.1f}" for name, ratio in ratios.items()}
    labels[TAP] += f" = {comparison.costs[TAP].wall:.1f} s"
    colors = [_BLUE if name == TAP else _GREY for name in ratios]
    bars = axes.barh(list(ratios), list(ratios.values()), color=colors)
    axes.bar_label(bars, list(labels.values()), padding=4)
    axes.set_title(comparison.title)
    axes.invert_yaxis()  # the first on top
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    axes.spines.bottom.set_visible(False)


def _curves(growth: Growth) -> Figure:
    """Draw the tap's time and memory over the number of customers."""
    figure = Figure((8, 2.8), layout="constrained")
    time, memory = figure.subplots(ncols=2)
    costs = growth.costs
    _curve(
        time,
        "Processor time for 1,000 customers, ms",
        {customers: cost.processor / customers * 1e6 for customers, cost in costs.items()},
    )
    _curve(memory, "Peak memory, MB", {customers: cost.memory for customers, cost in costs.items()})
    return figure


def _curve(axes: Axes, title: str, values: dict[int, float]) -> None:
    axes.plot(list(values), list(values.values()), marker="o", color=_BLUE)
    for point in values.items():
        axes.annotate(f"{point[1]:,.0f}", point, (4, 5), textcoords="offset points")
    axes.set_title(title)
    axes.set_xscale("log")
    axes.set_xticks(list(values), [f"{customers:,}" for customers in values])
    axes.minorticks_off()
    axes.set_xlabel("number of customers, logarithmic scale")
    axes.set_ylim(0, max(values.values()) * 1.2)  # room for the numbers
    axes.yaxis.set_visible(False)
    axes.spines.left.set_visible(False)
