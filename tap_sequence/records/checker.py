"""Values against a JSON schema, by msgspec: in the same order of time as decoding them."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from tap_sequence.times import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_sequence.pages import Record


class MismatchError(Exception):
    """A value is not what the schema declares.

    Attributes:
        path: Where it stands in the object.
        words: What was expected, and what came instead; never a value.
    """

    def __init__(self, path: str, words: str) -> None:
        """Take the path and the words."""
        super().__init__(f"field {path}: {words}")
        self.path = path
        self.words = words


class Checker:
    """Checks objects against a JSON schema.

    Args:
        schema: Schema of an object with properties.

    Attributes:
        surprises: Paths below the top level where values had another type than the schema declares.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Build the types that msgspec checks against."""
        self.surprises: set[str] = set()
        self._strict = _type_of(schema, datetime)
        self._lenient = _type_of(schema, _Time)
        properties = {name: _without_insides(of) for name, of in schema["properties"].items()}
        self._shallow = _type_of({**schema, "properties": properties}, _Time)
        self._times = [
            (name, _attribute(place))
            for place, (name, of) in enumerate(schema["properties"].items())
            if isinstance(of, dict) and of.get("format") == "date-time"
        ]

    def times(self, item: Record) -> Iterator[tuple[str, datetime]]:
        """Check an object; below its top level another type is noted, and no error.

        Args:
            item: The object, decoded from JSON.

        Yields:
            Name and value of each date-time among its properties.

        Raises:
            MismatchError: If a value at the top level has another type than the schema declares.
        """
        try:
            checked = self._checked(item)
        except msgspec.ValidationError as error:
            raise _mismatch(error) from None
        for name, attribute in self._times:
            time = getattr(checked, attribute, None)
            if isinstance(time, datetime):
                yield name, time

    def _checked(self, item: Record) -> Any:
        try:
            return msgspec.convert(item, self._strict, builtin_types=_EXACT)
        except msgspec.ValidationError:
            pass
        try:
            return _lenient(item, self._lenient)
        except msgspec.ValidationError as error:
            path = _mismatch(error).path
            if not _NESTED.search(path):
                raise
            self.surprises.add(_PLACES.sub("[]", path))
        return _lenient(item, self._shallow)


def _lenient(item: Record, kind: Any) -> Any:
    return msgspec.convert(item, kind, builtin_types=_EXACT, dec_hook=_lenient_time)


def _without_insides(schema: Any) -> Any:
    """Declare a property's own type, and nothing of what is in it."""
    if not isinstance(schema, dict):
        return schema
    return {keyword: schema[keyword] for keyword in ("type", "format") if keyword in schema}


_NESTED = re.compile(r"[.\[]")
_PLACES = re.compile(r"\[[^\]]*\]")

_EXACT = (Decimal,)  # else text that reads as a number passes for one


class _Time(datetime):
    """A date-time that is read by `times.parse`: msgspec refuses some that have a meaning."""


def _lenient_time(kind: type[_Time], value: Any) -> _Time:
    try:
        moment = parse(value)
    except (TypeError, ValueError):
        raise ValueError(NO_TIME) from None
    return kind.combine(moment.date(), moment.timetz())


NO_TIME = "expected a date-time of the years 1 to 9999"


def _mismatch(error: msgspec.ValidationError) -> MismatchError:
    """Turn msgspec's words, which name types and paths but no values, into those of JSON."""
    words, _, path = str(error).partition(" - at `$.")
    for ours, theirs in _KINDS.items():
        words = re.sub(rf"\b{re.escape(ours)}\b", theirs, words)
    words = words.replace("`", "").replace(" | ", " or ")
    words = words.replace("Invalid RFC3339 encoded date", "Expected a date such as 2024-01-31")
    return MismatchError(path.rstrip("`") or "(all)", f"{words[0].lower()}{words[1:]}")


_KINDS = {
    "int | float | decimal": "number",
    "decimal": "number",
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
}


def _type_of(schema: Any, time: type[datetime]) -> Any:
    """Build the type of a JSON schema; whatever it says that is not understood is not checked.

    Args:
        schema: The JSON schema.
        time: The type of a date-time.
    """
    if not isinstance(schema, dict):
        return Any
    types = schema.get("type")
    types = {one for one in (types if isinstance(types, list | tuple) else [types]) if one}
    nullable = "null" in types
    types.discard("null")
    if len(types) != 1:
        return Any
    declared: Any
    match types.pop():
        case "object":
            declared = _object_type(schema, time)
        case "array":
            items: Any = _type_of(schema.get("items"), time)
            declared = list[items]
        case "string" if schema.get("format") == "date-time":
            declared = time
        case "string" if schema.get("format") == "date":
            declared = date
        case str(name) if name in _SCALARS:
            declared = _SCALARS[name]
        case _:
            return Any
    return declared | None if nullable else declared


_SCALARS: dict[str, Any] = {
    "boolean": bool,
    "integer": int,
    "number": int | float | Decimal,
    "string": str,
}


def _object_type(schema: dict[str, Any], time: type[datetime]) -> Any:
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not properties:
        values: Any = _type_of(schema.get("additionalProperties"), time)
        return dict[str, values]
    required = schema.get("required") or ()
    fields: list[Any] = []
    names = {}
    for place, (name, of) in enumerate(properties.items()):
        if _UNNAMEABLE.search(name):
            continue
        attribute = _attribute(place)
        names[attribute] = name
        kind = _type_of(of, time)
        fields.append((attribute, kind) if name in required else (attribute, kind | None, None))
    return msgspec.defstruct("Declared", fields, rename=names, kw_only=True)


def _attribute(place: int) -> str:
    """Name an attribute for the property at this place, whose own name could be no identifier."""
    return f"_{place}"


_UNNAMEABLE = re.compile('[\0-\x1f"\\\\\ud800-\udfff]')
"""What msgspec takes in no name: such a property is not checked."""
