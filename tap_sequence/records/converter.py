"""Top-level values in the form that the schema declares, where nothing is lost by that."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tap_sequence.times import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_sequence.pages import Record


class Converter:
    """Converts the values of a record's properties.

    Decimals that the API sends as text become numbers, exact to the last digit, and a time where
    the schema declares a date becomes its date. Whatever can't be converted stays as it is.

    Args:
        properties: The JSON schema's properties.

    Attributes:
        cut: Names of the properties whose times were cut down to dates.
    """

    def __init__(self, properties: Mapping[str, Any]) -> None:
        """Find out what there is to convert."""
        self.cut: set[str] = set()
        self._converted = [
            (name, convert)
            for name, of in properties.items()
            if (convert := _CONVERTERS.get(_kind(of)))
        ]
        self._dates = [name for name, of in properties.items() if _kind(of) == "date"]

    def convert(self, record: Record) -> None:
        """Convert the values of a record in place."""
        for name, convert in self._converted:
            if name in record:
                record[name] = convert(record[name])
        for name in self._dates:
            value = record.get(name)
            if isinstance(value, str) and _is_time(value):
                record[name] = value[:10]
                self.cut.add(name)


def _kind(schema: Any) -> str | None:
    """Return the type of values that are to be converted, or their format."""
    if not isinstance(schema, dict):
        return None
    types = schema.get("type")
    types = {*types} - {"null"} if isinstance(types, list | tuple) else {types}
    kind = types.pop() if len(types) == 1 else None
    return schema.get("format") if kind == "string" else kind


def _number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value


def _integer(value: Any) -> Any:
    number = _number(value)
    whole = isinstance(number, Decimal) and number.is_finite() and number.adjusted() < _DIGITS
    return int(number) if whole and number == int(number) else value


_CONVERTERS: dict[str | None, Callable[[Any], Any]] = {"number": _number, "integer": _integer}

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
"""JSON's own grammar of numbers."""

_DIGITS = 19
"""Digits that an integer of 64 bits may have."""


def _is_time(text: str) -> bool:
    """Tell whether a text is a time rather than a date."""
    try:
        date.fromisoformat(text)
    except ValueError:
        try:
            parse(text)
        except ValueError:
            return False
        return True
    return False
