"""Parameters: which values they may have, and which rows they select.

Where the documents say nothing the choice is the strictest that a client could meet: a filter wants
the whole value, and a switch knows `true` and `false` alone, whatever its documented type.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from standins.sequence_api.times import micros_of
from standins.sequence_api.versions import by_version

if TYPE_CHECKING:
    from standins.sequence_api.rows import Row

Test = Callable[["Row", str], bool]
Problem = Callable[[str], "str | None"]


def _none(_: str) -> None:
    return None


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Attributes:
        problem: Says what is wrong with a value; None where nothing is.
        test: Whether a value lets a row through; None where it selects nothing.
        idle: The value that lets all rows through.
        default: The value that counts where none is given.
    """

    problem: Problem = _none
    test: Test | None = None
    idle: str | None = None
    default: str | None = None


@dataclass(frozen=True)
class Taken:
    """A parameter, what it is called, and the letters of the versions that document it."""

    name: str
    there: dict[str, str]
    parameter: Parameter


def takes(letters: str, **parameters: Parameter) -> list[Taken]:
    """Parameters that the same versions document.

    Args:
        letters: Which; see `versions`.
        **parameters: By name.
    """
    there = by_version(letters)
    return [Taken(name, there, parameter) for name, parameter in parameters.items()]


def choice(*allowed: str) -> Problem:
    """Only some values are any."""
    message = f"must be {' or '.join(allowed)}"
    return lambda value: None if value in allowed else message


def _limit(value: str) -> str | None:
    fits = re.fullmatch("[1-9][0-9]?|100", value)
    return None if fits else "must be a whole number from 1 to 100"


def _day(value: str) -> str | None:
    try:
        fits = date.fromisoformat(value).isoformat() == value
    except ValueError:
        fits = False
    return None if fits else "must be a date as in 2025-12-31"


def _number(value: str) -> str | None:
    return None if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) else "must be a number"


def equal(field: str, *allowed: str) -> Parameter:
    """The rows with this value, one of those allowed if there are any."""
    problem = choice(*allowed) if allowed else _none
    return Parameter(problem, lambda row, value: row.fields.get(field) == value)


def same_number(field: str) -> Parameter:
    """The rows with this number, however it is written."""

    def test(row: Row, value: str) -> bool:
        return Decimal(str(row.fields[field])) == Decimal(value)

    return Parameter(_number, test)


def among(field: str) -> Parameter:
    """The rows with this value among several."""

    def test(row: Row, value: str) -> bool:
        values = row.fields.get(field)
        return isinstance(values, list) and value in values

    return Parameter(test=test)


def either(field: str, most: int | None = None) -> Parameter:
    """The rows with one of these values, separated by commas, at most so many."""

    def problem(value: str) -> str | None:
        many = most is not None and value.count(",") >= most
        return f"must be at most {most} values" if many else None

    def test(row: Row, value: str) -> bool:
        return str(row.fields.get(field)) in map(unquote, value.split(","))

    return Parameter(problem, test)


def contains(field: str) -> Parameter:
    """The rows with this text in a value, capital letters or not."""
    return Parameter(
        test=lambda row, value: value.lower() in str(row.fields.get(field) or "").lower()
    )


def earlier(field: str) -> Parameter:
    """The rows with a date before this one."""
    return Parameter(_day, lambda row, value: "" < str(row.fields.get(field) or "") < value)


def later(field: str) -> Parameter:
    """The rows with a date after this one."""
    return Parameter(_day, lambda row, value: str(row.fields.get(field) or "") > value)


def _moment(value: str) -> str | None:
    try:
        micros_of(value)
    except ValueError:
        return "must be a time as in 2025-12-31T00:00:00Z"
    return None


def _compared(row: Row, field: str, value: str) -> int:
    """How far a time lies behind another in microseconds."""
    return micros_of(str(row.fields[field])) - micros_of(value)


def before(field: str) -> Parameter:
    """The rows with a time before this one."""
    return Parameter(
        _moment, lambda row, value: _compared(row, field, value) < int(row.switches.inclusive)
    )


def behind(field: str) -> Parameter:
    """The rows with a time after this one."""
    return Parameter(
        _moment, lambda row, value: _compared(row, field, value) > -int(row.switches.inclusive)
    )


def all_but(parameter: Parameter) -> Parameter:
    """The rows that another parameter would leave out."""
    test = parameter.test

    def other(row: Row, value: str) -> bool:
        return test is None or not test(row, value)

    return replace(parameter, test=other)


def showing(hidden: Callable[[Row], bool]) -> Parameter:
    """A switch that shows rows which are hidden otherwise."""
    return Parameter(choice("true", "false"), lambda row, _: not hidden(row), "true", "false")


def hiding(hidden: Callable[[Row], bool], default: str) -> Parameter:
    """A switch that hides rows."""
    return Parameter(choice("true", "false"), lambda row, _: not hidden(row), "false", default)


UNSERVED: Final = Parameter(lambda _: "is documented, but nothing that this stand-in goes by")
ARCHIVED: Final = showing(lambda row: row.archived)
ORDER: Final = Parameter(choice("ASC", "DESC"))
AFTER: Final = takes("ooo", after=Parameter())
PAGES: Final = [*AFTER, *takes("ooo", before=Parameter(), limit=Parameter(_limit))]
SORTED: Final = takes("ooo", sortBy=UNSERVED, sortOrder=ORDER)
