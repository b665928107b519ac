"""Records as they leave the tap: declared fields, checked types, text that targets can store."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, cast

import msgspec

from tap_sequence.errors import SequenceError, kind_of
from tap_sequence.times import parse, utc_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Json = Any
"""A decoded JSON value."""

Record = dict[str, Any]
"""An object of the API, on its way to a RECORD message."""

_SCALARS: dict[str, Any] = {
    "boolean": bool,
    "integer": int,
    "number": int | float | Decimal,
    "string": str,
}


def decode(body: bytes) -> tuple[Json, bool]:
    """Decode an answer, keeping every number as exact as it was written.

    A number that no Decimal can hold stays text.

    Args:
        body: The answer's body.

    Returns:
        The JSON value, and whether its texts can hold characters that targets can't store.

    Raises:
        ValueError: If the body is not JSON.
    """
    try:
        try:
            return _decoder.decode(body), b"\\u0000" in body
        except msgspec.DecodeError:
            # msgspec refuses half of a surrogate pair, which cut-off texts end in, and integers of
            # some thousand digits; JSON allows both
            return json.loads(
                body, parse_float=_number, parse_int=_integer, parse_constant=_no_number
            ), True
    except RecursionError:
        message = "nested too deep"
        raise ValueError(message) from None


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _integer(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text


def _no_number(name: str) -> None:
    raise ValueError(name)


_decoder = msgspec.json.Decoder(float_hook=_number)


def id_of(record: Record) -> str:
    """Name a record by its id, unless that does not look like one: it could be an address."""
    name = str(record.get("id"))
    return f"id {name!r}" if re.fullmatch("[A-Za-z0-9_-]{1,64}", name) else "id not shown"


class RecordReader:
    """Turns the items of a page into records.

    Attributes:
        unknown_fields: Top-level fields that were dropped because the schema does not declare them.
        characters_removed: Whether any text held characters that targets can't store.
    """

    def __init__(
        self,
        stream: str,
        schema: Mapping[str, Any],
        selected: Mapping[str, Any],
        *,
        created_at: str,
        deselect: Callable[[Record], object],
    ) -> None:
        """Prepare for a stream.

        Args:
            stream: The stream's name, for error messages.
            schema: JSON schema of its records.
            selected: The schema without what is not selected, which is left out unchecked.
            created_at: Name of the property that holds the creation time.
            deselect: Takes out of a record what is not selected below its top level.
        """
        self.unknown_fields: set[str] = set()
        self.characters_removed = False
        self._stream = stream
        self._created_at = created_at
        known = schema.get("properties") or {}
        self._known = frozenset({*known, "id", created_at})
        properties = dict(selected.get("properties") or {})
        for name in ("id", created_at):  # what reading itself needs
            properties.setdefault(name, known.get(name, {}))
        self._wanted = frozenset(properties)
        nested = any(of != known.get(name, {}) for name, of in properties.items())
        self._deselect = deselect if nested else None
        # Whatever the catalog makes of it: the bookmark, and the order of pages, rest on it
        properties[created_at] = {"type": ["string", "null"], "format": "date-time"}
        declared = {**selected, "type": "object", "properties": properties}
        self._declared = _declared_type(declared, datetime)
        self._lenient = _declared_type(declared, _Time)
        self._times = [
            (name, _attribute(place))
            for place, (name, of) in enumerate(properties.items())
            if isinstance(of, dict) and of.get("format") == "date-time"
        ]

    def read(self, items: Iterable[Json], *, unstorable: bool) -> list[Record]:
        """Check and normalise the items of one page.

        Fields that the schema does not declare are dropped at the top level and kept below it.
        The creation time is rewritten in the fixed-width form of `utc_text`.

        Args:
            items: The page's items, decoded from JSON.
            unstorable: Whether their texts can hold characters that targets can't store.

        Returns:
            One record for each item, in the same order.

        Raises:
            SequenceError: If an item is no object, has no id, or has a value of another type than
                the schema declares. The message names the id and the field, never a value.
        """
        return [self._read(item, unstorable=unstorable) for item in items]

    def _read(self, item: Json, *, unstorable: bool) -> Record:
        if not isinstance(item, dict):
            raise SequenceError(
                f"{self._stream}: expected every item to be an object, got {kind_of(item)}"
            )
        if not self._wanted >= item.keys():
            self.unknown_fields.update(item.keys() - self._known)
            item = {name: value for name, value in item.items() if name in self._wanted}
        if self._deselect:
            self._deselect(item)
        try:
            if unstorable:
                cleaned = storable(item)
                self.characters_removed = self.characters_removed or cleaned != item
                item = cleaned
            if not isinstance(item.get("id"), str) or not item["id"]:
                raise SequenceError(
                    f"{self._stream}: expected an id in every item, got {kind_of(item.get('id'))}"
                )
            checked = self._checked(item)
        except msgspec.ValidationError as error:
            raise self._mismatch(item, error) from None
        except RecursionError:
            raise self._error(item, "nested too deep to be read") from None
        self._normalise(item, checked)
        return cast("Record", item)

    def _normalise(self, item: Record, checked: Any) -> None:
        for name, attribute in self._times:
            time = getattr(checked, attribute, None)
            # Others than the creation time stay as sent, where every target reads them so
            if isinstance(time, datetime) and (
                name == self._created_at or not _PLAIN.fullmatch(item[name])
            ):
                try:
                    item[name] = utc_text(time)
                except OverflowError:
                    raise self._error(item, f"field {name}: {_NO_TIME}") from None

    def _checked(self, item: Record) -> Any:
        try:
            return msgspec.convert(item, self._declared, builtin_types=_EXACT)
        except msgspec.ValidationError:
            return msgspec.convert(
                item, self._lenient, builtin_types=_EXACT, dec_hook=_lenient_time
            )

    def _mismatch(self, item: Record, error: msgspec.ValidationError) -> SequenceError:
        """Say which field is wrong; msgspec's own words name types and paths, no values."""
        what, _, path = str(error).partition(" - at `$.")
        path = path.rstrip("`") or "(all)"
        for ours, theirs in _KINDS.items():
            what = re.sub(rf"\b{re.escape(ours)}\b", theirs, what)
        what = what.replace("`", "").replace(" | ", " or ")
        what = f"field {path}: {what[0].lower()}{what[1:]}"
        if path not in {"id", self._created_at}:
            what += "; deselect the field to go on without it"
        return self._error(item, what)

    def _error(self, item: Record, what: str) -> SequenceError:
        return SequenceError(f"{self._stream}: {id_of(item)}: {what}")


_EXACT = (Decimal,)  # else text that reads as a number passes for one


class _Time(datetime):
    """A date-time that msgspec checks in our words: its own refuses some that have a meaning."""


def _lenient_time(kind: type[_Time], value: Json) -> _Time:
    try:
        moment = parse(value)
    except (TypeError, ValueError):
        raise ValueError(_NO_TIME) from None
    return kind.combine(moment.date(), moment.timetz())


_NO_TIME = "expected a date-time of the years 1 to 9999"

_PLAIN = re.compile(r"\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:(?!60)\d\d(\.\d{1,6})?Z")


def _attribute(place: int) -> str:
    """Name an attribute for the property at this place, whose own name could be no identifier."""
    return f"_{place}"


def _declared_type(schema: Json, time: type[datetime]) -> Any:
    """Build the type that msgspec checks a value of this JSON schema against.

    Args:
        schema: The JSON schema.
        time: What a date-time is checked against.
    """
    if not isinstance(schema, dict):
        return Any
    types = schema.get("type")
    types = {one for one in (types if isinstance(types, list | tuple) else [types]) if one}
    nullable = "null" in types
    types.discard("null")
    properties = schema.get("properties")
    declared: Any
    match types.pop() if len(types) == 1 else None:
        case "object" if isinstance(properties, dict) and properties:
            required = schema.get("required") or ()
            places = {
                name: _attribute(place)
                for place, name in enumerate(properties)
                if not _UNNAMEABLE.search(name)
            }
            declared = msgspec.defstruct(
                "Declared",
                [
                    (place, _declared_type(properties[name], time))
                    if name in required
                    else (place, _declared_type(properties[name], time) | None, None)
                    for name, place in places.items()
                ],
                rename={place: name for name, place in places.items()},
                kw_only=True,
            )
        case "object":
            values: Any = _declared_type(schema.get("additionalProperties"), time)
            declared = dict[str, values]
        case "array":
            items: Any = _declared_type(schema.get("items"), time)
            declared = list[items]
        case "string" if schema.get("format") == "date-time":
            declared = time
        case str(name) if name in _SCALARS:
            declared = _SCALARS[name]
        case _:
            return Any
    return declared | None if nullable else declared


_UNNAMEABLE = re.compile('[\0-\x1f"\\\\\ud800-\udfff]')
"""What msgspec takes in no name: such a property is not checked."""


def storable(value: Json) -> Json:
    """Take out what targets can't store: NUL characters, and halves of surrogate pairs.

    PostgreSQL refuses NUL in texts and in JSON; half a pair is not Unicode, and becomes U+FFFD.
    """
    match value:
        case str():
            return _HALF_PAIR.sub("\ufffd", value.replace("\0", ""))
        case dict():
            return {storable(name): storable(of) for name, of in value.items()}
        case list():
            return [storable(of) for of in value]
        case _:
            return value


_HALF_PAIR = re.compile("[\ud800-\udfff]")


_KINDS = {
    "int | float | decimal": "number",
    "decimal": "number",
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
}
