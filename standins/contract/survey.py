"""What rows hold, without a value of theirs: fields, types and forms."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_sequence.records.checker import Checker, MismatchError
from tap_sequence.records.converter import Converter
from tap_sequence.wording import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Schema = Any

_NAME = re.compile("[a-z][A-Za-z]{1,39}[0-9]?")
"""What looks like the name of a field: no address, no id and no sentence does."""

_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(?P<digits>[.,]\d+)?(?P<zone>.*)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

_MOST_FAULTS = 20


@dataclass
class Survey:
    """What some rows of a stream hold.

    Attributes:
        rows: How many they are.
        present: How many have each declared field, with a value.
        null: How many have it as null.
        unknown: Names of fields that are not declared, each with what it is in, if that is known.
        hidden: How many more there are whose names could be something else.
        wrong: Fields that the tap fails on, each with what it says of that.
        surprises: Fields below the top level that have another type than declared.
        cut: Dates that come as times.
        times: Forms of times.
        amounts: Forms of what is declared as a number.
    """

    rows: int
    present: Counter[str] = field(default_factory=Counter)
    null: Counter[str] = field(default_factory=Counter)
    unknown: set[str] = field(default_factory=set)
    hidden: int = 0
    wrong: dict[str, str] = field(default_factory=dict)
    surprises: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    times: Counter[str] = field(default_factory=Counter)
    amounts: set[str] = field(default_factory=set)


def survey(rows: Iterable[Mapping[str, Any]], schema: Schema) -> Survey:
    """Look at rows.

    Args:
        rows: They stay as they are.
        schema: What the tap declares of them.
    """
    rows = list(rows)
    found = Survey(len(rows))
    undeclared: Counter[tuple[str, str]] = Counter()
    values: set[str] = set()
    for row in rows:
        found.present.update(name for name, value in row.items() if value is not None)
        found.null.update(name for name, value in row.items() if value is None)
        undeclared.update({*_undeclared(row, schema)})
        values.update(_texts(row))
        found.times.update(_forms(row, schema))
        found.amounts.update(_amounts(row, schema["properties"]))
    for (within, name), number in undeclared.items():
        if _is_name(name, number, len(rows), values):
            found.unknown.add(f"{within}{name}")
        else:
            found.hidden += 1
    _check(rows, schema["properties"], found)
    return found


def _is_name(name: str, number: int, rows: int, values: set[str]) -> bool:
    """Tell whether a name can be shown: a customer's could stand in its place."""
    by_chance = number == 1 and rows > 1
    return bool(_NAME.fullmatch(name)) and not by_chance and name.casefold() not in values


def _check(rows: list[Mapping[str, Any]], properties: Mapping[str, Schema], found: Survey) -> None:
    """Read rows with what the tap itself reads them with."""
    left = dict(properties)
    for _ in range(_MOST_FAULTS):
        converter = Converter(left)
        checker = Checker({"type": "object", "properties": left})
        try:
            for row in rows:
                one = {name: value for name, value in row.items() if name in left}
                converter.convert(one)
                list(checker.times(one))
        except MismatchError as error:
            found.wrong[error.path] = error.words
            if left.pop(error.path, None) is None:
                break
        else:
            found.surprises |= checker.surprises
            found.cut |= converter.cut
            break


def _undeclared(value: Any, schema: Schema, within: str = "") -> Iterator[tuple[str, str]]:
    """Yield what is declared nowhere: where it is, and its name.

    The keys of a map are values of the account's own, and not looked at.
    """
    if not isinstance(schema, dict):
        return
    if isinstance(value, list):
        for one in value:
            yield from _undeclared(one, schema.get("items"), f"{within.removesuffix('.')}[].")
    elif isinstance(value, dict) and (declared := schema.get("properties")):
        for name, one in value.items():
            if name in declared:
                yield from _undeclared(one, declared[name], f"{within}{name}.")
            else:
                yield within, name


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts among the values, and the keys of what could be a map."""
    match value:
        case str():
            yield value.casefold()
        case list():
            for one in value:
                yield from _texts(one)
        case dict():
            for one in value.values():
                yield from _texts(one)


def _forms(value: Any, schema: Schema) -> Iterator[str]:
    """Name the forms of what is declared as a time."""
    if not isinstance(schema, dict) or value is None:
        return
    if schema.get("format") == "date-time":
        yield form_of(value)
    elif isinstance(value, list):
        for one in value:
            yield from _forms(one, schema.get("items"))
    elif isinstance(value, dict):
        for name, of in (schema.get("properties") or {}).items():
            yield from _forms(value.get(name), of)


def _amounts(row: Mapping[str, Any], properties: Mapping[str, Schema]) -> Iterator[str]:
    """Name the forms of what is declared as a number, at the top level."""
    for name, value in row.items():
        declared = properties.get(name)
        if (
            value is not None
            and isinstance(declared, dict)
            and "number" in declared.get("type", ())
        ):
            yield "text" if isinstance(value, str) else "numbers"


USUAL = "UTC with Z and 0 to 6 fractional digits"


def form_of(value: object) -> str:
    """Name the form of a time."""
    if not isinstance(value, str):
        return kind_of(value)
    if _USUAL.fullmatch(value):
        return USUAL
    if _DATE.fullmatch(value):
        return "a date"
    found = _TIME.fullmatch(value)
    if not found:
        return "another text"
    zone = found["zone"]
    words = "no time zone" if not zone else "Z" if zone == "Z" else "an offset"
    digits = len(found["digits"] or ".") - 1
    return f"{words}, {'more than 6' if digits > 6 else 'up to 6'} fractional digits"  # noqa: PLR2004
