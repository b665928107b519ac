"""The report: a table to read, or JSON to attach to an issue."""

from __future__ import annotations

import shutil
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from standins.contract.asking import MOST
from standins.contract.assumption import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from standins.contract.assumption import Assumption, Finding

Result = tuple["Assumption", "Finding"]

_DIFFER = {Verdict.HARMLESS, Verdict.HARMFUL}
_SHARES = (0.34, 0.36, 0.30)
_NARROWEST = 90
_WIDEST = 160


def as_json(  # noqa: PLR0913  what a report has to say
    results: Sequence[Result], *, tap: str, day: str, api: str, version: str | None, requests: int
) -> dict[str, Any]:
    """Return the report as JSON.

    Args:
        results: What was found.
        tap: The tap's version.
        day: When.
        api: Which API it was: production, sandbox or another.
        version: The version that answered.
        requests: How many requests were made.
    """
    return {
        "report": "tap-sequence: assumptions of Sequence's API",
        "tap": tap,
        "day": day,
        "api": api,
        "version": version,
        "requests": requests,
        "results": [_result(*one) for one in results],
    }


def _result(one: Assumption, found: Finding) -> dict[str, Any]:
    result: dict[str, Any] = {
        "assumption": one.name,
        "sentence": one.sentence,
        "verdict": found.verdict.value,
        "seen": found.seen,
        "streams": list(found.streams),
    }
    if found.parts:
        result["by_stream"] = [
            {"verdict": verdict.value, "seen": words, "streams": names}
            for (verdict, words), names in found.parts.items()
        ]
    if found.verdict not in _DIFFER:
        return result
    guess = one.guess and f"{one.guess.name} in {one.guess.module}.py: {one.guess.choice}"
    return {**result, "tap": one.otherwise, "guess_to_change": guess}


def as_table(results: Sequence[Result], requests: int) -> str:
    """Return the report as a table.

    Args:
        results: What was found.
        requests: How many requests were made.
    """
    width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    widths = [int(share * (width - 6)) for share in _SHARES]
    rows = [("Assumption", "What was seen", "And so"), *map(_row, results)]
    lines = ["\n".join(_lines(row, widths)) for row in rows]
    rule = "-" * width
    summary = [words for verdict in Verdict if (words := _count(results, verdict))]
    total = f"{requests} requests, of at most {MOST}"
    return f"\n{rule}\n".join([*lines, f"{'; '.join(summary)}. {total}"])


def _count(results: Sequence[Result], verdict: Verdict) -> str:
    names = [one.name for one, found in results if found.verdict is verdict]
    named = f" ({', '.join(names)})" if verdict is not Verdict.HOLDS else ""
    return f"{len(names)} {verdict.value}{named}" if names else ""


def _row(result: Result) -> tuple[str, str, str]:
    one, found = result
    words = found.verdict.value
    if found.streams:
        words += f": {', '.join(found.streams)}"
    if found.verdict in _DIFFER:
        words += f". {one.otherwise}"
        if one.guess:
            words += f" (Stand-in's guess to change: {one.guess.name} in {one.guess.module}.py.)"
    return f"{one.name}: {one.sentence}", found.seen, words


def _lines(row: tuple[str, str, str], widths: Sequence[int]) -> list[str]:
    cells = [wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, cells))
    padded = [[*cell, *[""] * (height - len(cell))] for cell in cells]
    return [
        " | ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()
        for parts in zip(*padded, strict=True)
    ]
