"""Which types and forms values have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standins.contract.assumption import (
    Finding,
    Part,
    assumption,
    by_stream,
    harmful,
    harmless,
    holds,
)
from standins.contract.checks.fields import all_streams
from standins.contract.survey import USUAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from standins.contract.probes import Probes


def _is_number(probes: Probes, name: str, field: str) -> bool:
    declared = probes.stream(name).schema["properties"].get(field, {})
    types = declared.get("type", ()) if isinstance(declared, dict) else ()
    return bool({"number", "integer"} & {*types})


def _words(wrong: Mapping[str, str]) -> str:
    return ", ".join(f"{field}: {words}" for field, words in sorted(wrong.items()))


@assumption(
    "types",
    "Values have the types that the tap declares.",
    otherwise="The stream fails, and names row and field: deselect the field to go on without it.",
)
def types(probes: Probes) -> Finding:
    """Read the rows with what the tap reads them with."""

    def look(name: str) -> Part:
        wrong = probes.survey(name).wrong
        wrong = {one: wrong[one] for one in wrong if not _is_number(probes, name, one)}
        return harmful(_words(wrong)) if wrong else holds("as declared")

    return by_stream(all_streams(probes), look)


@assumption(
    "numbers",
    "Amounts and quantities are numbers, or texts that are written as JSON writes numbers.",
    otherwise="The stream fails, and names row and field: deselect the field to go on without it.",
)
def numbers(probes: Probes) -> Finding:
    """Read the rows with what the tap reads them with."""

    def look(name: str) -> Part:
        found = probes.survey(name)
        wrong = {one: found.wrong[one] for one in found.wrong if _is_number(probes, name, one)}
        if wrong:
            return harmful(_words(wrong))
        return holds(f"as {' and '.join(sorted(found.amounts))}" if found.amounts else "no amounts")

    return by_stream(all_streams(probes), look)


@assumption(
    "nested-types",
    "Values within objects and arrays have the declared types, too.",
    otherwise="They arrive as they came, with a warning that names the field.",
)
def nested(probes: Probes) -> Finding:
    """Read the rows with what the tap reads them with."""

    def look(name: str) -> Part:
        surprises = sorted(probes.survey(name).surprises)
        words = f"another type: {', '.join(surprises)}"
        return harmless(words) if surprises else holds("as declared")

    return by_stream(all_streams(probes), look)


@assumption(
    "time-forms",
    "Times are in UTC, end in Z, and have 0 to 6 fractional digits.",
    otherwise="Offsets are converted, more digits cut off in `createdAt` and `updatedAt`, and a "
    "time without a zone is taken for one in UTC.",
)
def times(probes: Probes) -> Finding:
    """Look at all values that are declared as times."""

    def look(name: str) -> Part:
        others = sorted({*probes.survey(name).times} - {USUAL})
        return harmless("; ".join(others).replace("; ", " / ")) if others else holds(USUAL)

    return by_stream(all_streams(probes), look)


@assumption(
    "dates",
    "What is declared as a date comes as a date, not as a time.",
    otherwise="The date is delivered as it stands there, with a warning.",
)
def dates(probes: Probes) -> Finding:
    """Look for times among them."""

    def look(name: str) -> Part:
        cut = sorted(probes.survey(name).cut)
        return harmless(f"times: {', '.join(cut)}") if cut else holds("dates")

    return by_stream(all_streams(probes), look)
