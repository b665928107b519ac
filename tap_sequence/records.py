"""Records as they leave the tap: declared fields, checked types, text that targets can store."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import msgspec

from tap_sequence.errors import SequenceError, kind_of
from tap_sequence.times import utc_text

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

    Args:
        body: The answer's body.

    Returns:
        The JSON value, and whether its texts can hold characters that targets can't store.

    Raises:
        ValueError: If the body is not JSON.
    """
    try:
        return _decoder.decode(body), b"\\u0000" in body
    except RecursionError:
        message = "nested too deep"
        raise ValueError(message) from None
    except msgspec.DecodeError:
        # msgspec refuses half of a surrogate pair, which cut-off texts end in; JSON allows it
        return json.loads(body, parse_float=Decimal, parse_constant=_no_number), True


_decoder = msgspec.json.Decoder(float_hook=Decimal)


def _no_number(name: str) -> None:
    raise ValueError(name)


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
        self._known = frozenset(schema["properties"])
        properties = dict(selected["properties"])
        for name in ("id", created_at):  # what reading itself needs
            properties.setdefault(name, schema["properties"].get(name, {}))
        self._wanted = frozenset(properties)
        nested = any(of != schema["properties"].get(name, {}) for name, of in properties.items())
        self._deselect = deselect if nested else None
        self._times = [n for n, of in properties.items() if of.get("format") == "date-time"]
        self._declared = _declared_type({**selected, "properties": properties})

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
        if not isinstance(item.get("id"), str) or not item["id"]:
            raise SequenceError(
                f"{self._stream}: expected an id in every item, got {kind_of(item.get('id'))}"
            )
        if not self._wanted >= item.keys():
            self.unknown_fields.update(item.keys() - self._known)
            item = {name: value for name, value in item.items() if name in self._wanted}
        if self._deselect:
            self._deselect(item)
        if unstorable:
            storable = _storable(item)
            self.characters_removed = self.characters_removed or storable != item
            item = storable
        try:
            checked = msgspec.convert(item, self._declared)
        except msgspec.ValidationError as error:
            what = f"{_mismatch(error)}; deselect the field to go on without it"
            raise self._error(item, what) from None
        for name in self._times:
            # Others than the creation time stay as sent, unless they have an offset to lose
            if item.get(name) and (name == self._created_at or not item[name].endswith("Z")):
                try:
                    item[name] = utc_text(getattr(checked, name))
                except OverflowError:
                    raise self._error(item, f"field {name}: not in the years 1 to 9999") from None
        return cast("Record", item)

    def _error(self, item: Record, what: str) -> SequenceError:
        return SequenceError(f"{self._stream}: id {item['id']!r}: {what}")


def _declared_type(schema: Mapping[str, Any]) -> Any:
    """Build the type that msgspec checks a value of this JSON schema against."""
    types = schema.get("type", ())
    types = {types} if isinstance(types, str) else set(types)
    nullable = "null" in types
    types.discard("null")
    declared: Any
    match types.pop() if len(types) == 1 else None:
        case "object" if schema.get("properties"):
            required = schema.get("required", ())
            declared = msgspec.defstruct(
                "Declared",
                sorted(
                    (
                        (name, _declared_type(of))
                        if name in required
                        else (name, _declared_type(of) | None, None)
                        for name, of in schema["properties"].items()
                    ),
                    key=len,  # required ones first, as for any constructor's arguments
                ),
            )
        case "object":
            values: Any = schema.get("additionalProperties")
            values = _declared_type(values) if isinstance(values, dict) else Any
            declared = dict[str, values]
        case "array":
            items: Any = _declared_type(schema.get("items", {}))
            declared = list[items]
        case "string" if schema.get("format") == "date-time":
            declared = datetime
        case str(name) if name in _SCALARS:
            declared = _SCALARS[name]
        case _:
            return Any
    return declared | None if nullable else declared


def _storable(value: Json) -> Json:
    """Take out what targets can't store: NUL characters, and halves of surrogate pairs.

    PostgreSQL refuses NUL in texts and in JSON; half a pair is not Unicode, and becomes U+FFFD.
    """
    match value:
        case str():
            return _HALF_PAIR.sub("\ufffd", value.replace("\0", ""))
        case dict():
            return {_storable(name): _storable(of) for name, of in value.items()}
        case list():
            return [_storable(of) for of in value]
        case _:
            return value


_HALF_PAIR = re.compile("[\ud800-\udfff]")


def _mismatch(error: msgspec.ValidationError) -> str:
    """Say which field is wrong and how; msgspec's own words name types and paths, no values."""
    what, _, path = str(error).partition(" - at `$.")
    for ours, theirs in _KINDS.items():
        what = re.sub(rf"\b{ours}\b", theirs, what)
    what = what.replace("`", "").replace(" | ", " or ")
    return f"field {path.rstrip('`') or '(all)'}: {what[0].lower()}{what[1:]}"


_KINDS = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "RFC3339 encoded datetime": "date-time",
    "datetime": "date-time",
}
