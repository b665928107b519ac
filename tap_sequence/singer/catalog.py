"""The catalog as it was given: what may be wrong with it, and what it may leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from singer_sdk.singerlib.catalog import (
    REPLICATION_FULL_TABLE,
    REPLICATION_INCREMENTAL,
    MetadataMapping,
)

from tap_sequence.errors import SequenceError
from tap_sequence.files import is_unicode
from tap_sequence.singer.stream import CREATED_AT
from tap_sequence.wording import kind_of, printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

_KINDS: dict[type, str] = {
    bool: "a boolean",
    dict: "an object",
    list: "an array",
    str: "a string",
}


class Completed(NamedTuple):
    """A catalog that the SDK can read.

    Attributes:
        catalog: The catalog, with the tap's own streams alone.
        warnings: What of it does not count, and why.
    """

    catalog: dict[str, Any]
    warnings: list[str]


def completed(catalog: dict[str, Any], streams: Iterable[Any]) -> Completed:
    """Check a catalog, and fill in its entries from their metadata and from the streams.

    The SDK takes whatever stands there for granted. It looks for the keys in both entry and
    metadata, but what makes SCHEMA messages knows the entry's alone: a target without keys appends
    where it should update. And `replication-method`, the metadata that users write to have a stream
    read in full, is none that the SDK reads.

    Args:
        catalog: The catalog as it was given.
        streams: The tap's streams.

    Returns:
        The catalog with name, schema, keys, replication key and method in each entry.

    Raises:
        SequenceError: If it is no catalog, or asks for a method or keys that a stream doesn't have.
    """
    if not is_unicode(catalog):
        message = "catalog: holds half of a surrogate pair, which is no text"
        raise SequenceError(message)
    known = {stream.name: stream for stream in streams}
    entries: dict[str, dict[str, Any]] = {}
    unknown: list[str] = []
    for number, given in enumerate(_a(list, catalog.get("streams"), "streams")):
        entry = _a(dict, given, f"streams[{number}]")
        name = _a(str, entry.get("tap_stream_id"), f"streams[{number}].tap_stream_id")
        if name in entries:
            raise SequenceError(f"catalog: {name}: named twice")
        if name in known:
            entries[name] = _completed(entry, known[name])
        else:
            unknown.append(name)
    warnings = []
    if unknown:
        names = ", ".join(printable(name) for name in unknown)
        warnings.append(f"The catalog has streams that this tap doesn't have, ignored: {names}")
    if not any(_is_selected(entry) for entry in entries.values()):
        warnings.append("The catalog selects none of the tap's streams, so nothing is read")
    return Completed({"streams": list(entries.values())}, warnings)


def _completed(entry: dict[str, Any], stream: Any) -> dict[str, Any]:
    name = stream.name
    metadata = _metadata(_or(entry.get("metadata"), []), f"{name}: metadata")
    own = next((one["metadata"] for one in reversed(metadata) if not one["breadcrumb"]), None)
    if own is None:
        # The SDK takes the stream for selected then, and each field that has metadata for not
        own = {"selected": True}
        metadata.append({"breadcrumb": [], "metadata": own})
    _check_keys(entry, own, stream)
    replication_key = _replication_key(entry, own, stream)
    return {
        "tap_stream_id": name,
        "stream": name,
        "schema": _schema(entry.get("schema"), stream, replication_key),
        "key_properties": list(stream.primary_keys),
        "replication_key": replication_key,
        "replication_method": _method(entry, own, stream),
        "metadata": metadata,
    }


def _method(entry: dict[str, Any], own: dict[str, Any], stream: Any) -> str | None:
    """Return the replication method that the catalog asks for, if it does."""
    methods = [REPLICATION_FULL_TABLE]
    if stream.replication_key:
        methods.append(REPLICATION_INCREMENTAL)
    method: str | None = None
    for where, given in (
        ("replication-method", own.get("replication-method")),
        ("forced-replication-method", own.get("forced-replication-method")),
        ("replication_method", entry.get("replication_method")),
    ):
        if given is not None:
            upper = given.upper() if isinstance(given, str) else given
            _one_of(methods, upper, given, f"{stream.name}: {where}")
            method = method or upper
    return method


def _replication_key(entry: dict[str, Any], own: dict[str, Any], stream: Any) -> str | None:
    """Return the replication key that the catalog asks for, or else the stream's.

    A list that is ordered by creation can be replicated by that time, whatever other it has.
    """
    keys = [stream.replication_key]
    if stream.replication_key and stream.ordered and CREATED_AT in stream.schema["properties"]:
        keys.append(CREATED_AT)
    chosen: str | None = None
    for where, given in (
        ("replication-key", own.get("replication-key")),
        ("replication_key", entry.get("replication_key")),
    ):
        if given is not None:
            _one_of(list(dict.fromkeys(keys)), given, given, f"{stream.name}: {where}")
            chosen = chosen or given
    return chosen or keys[0]


def _check_keys(entry: dict[str, Any], own: dict[str, Any], stream: Any) -> None:
    """Refuse a name or primary keys that the stream doesn't have."""
    for where, given, expected in (
        ("table-key-properties", own.get("table-key-properties"), list(stream.primary_keys)),
        ("key_properties", entry.get("key_properties"), list(stream.primary_keys)),
        ("stream", entry.get("stream"), stream.name),
    ):
        if given is not None:
            # A catalog that never was JSON, such as the tap's own, has tuples
            listed = list(given) if isinstance(given, tuple) else given
            _one_of([expected], listed, given, f"{stream.name}: {where}")


def _metadata(given: object, place: str) -> list[dict[str, Any]]:
    metadata = []
    for number, one in enumerate(_a(list, given, place)):
        at = f"{place}[{number}]"
        breadcrumb = _a(list, _a(dict, one, at).get("breadcrumb"), f"{at}.breadcrumb")
        for part in breadcrumb:
            _a(str, part, f"{at}.breadcrumb")
        values = _a(dict, _or(one.get("metadata"), {}), f"{at}.metadata")
        for name, kind in (("selected", bool), ("selected-by-default", bool), ("inclusion", str)):
            if values.get(name) is not None:
                _a(kind, values[name], f"{at}.metadata.{name}")
        metadata.append({"breadcrumb": breadcrumb, "metadata": values})
    return metadata


def _schema(given: object, stream: Any, replication_key: str | None) -> dict[str, Any]:
    """Return the schema that is given, with the fields that reading itself needs, or the own."""
    own: dict[str, Any] = stream.schema
    place = f"{stream.name}: schema"
    schema = _a(dict, _or(given, {}), place)
    _check_schema(schema, place)
    if not schema.get("properties"):
        return own
    types = schema.get("type", "object")
    for kind in {types} if isinstance(types, str) else {*types} - {"null"}:
        _one_of(["object"], kind, types, f"{place}.type")
    needed = {*stream.primary_keys, replication_key} & own["properties"].keys()
    missing = {name: own["properties"][name] for name in needed - schema["properties"].keys()}
    return {**schema, "type": "object", "properties": {**schema["properties"], **missing}}


def _check_schema(schema: dict[str, Any], place: str) -> None:
    """Refuse what is no schema, in the keywords that something reads on the way."""
    for name, of in _a(dict, schema.get("properties", {}), f"{place}.properties").items():
        _check_schema(_a(dict, of, f"{place}.properties.{name}"), f"{place}.properties.{name}")
    for keyword in {"items", "additionalProperties"} & schema.keys():
        of = schema[keyword]
        if not (keyword == "additionalProperties" and isinstance(of, bool)):
            _check_schema(_a(dict, of, f"{place}.{keyword}"), f"{place}.{keyword}")
    for keyword in ("anyOf", "allOf", "oneOf"):
        for number, of in enumerate(_a(list, schema.get(keyword, []), f"{place}.{keyword}")):
            _check_schema(_a(dict, of, f"{place}.{keyword}[{number}]"), f"{place}.{keyword}")
    types = schema.get("type", [])
    for keyword, texts in (
        ("type", [types] if isinstance(types, str) else types),
        ("required", schema.get("required", [])),
    ):
        for text in _a(list, texts, f"{place}.{keyword}"):
            _a(str, text, f"{place}.{keyword}")


def _a(kind: type, value: object, place: str) -> Any:
    """Return a value if it is of a kind."""
    if isinstance(value, kind):
        return value
    raise SequenceError(
        f"catalog: {printable(place)}: expected {_KINDS[kind]}, got {kind_of(value)}"
    )


def _or(value: object, default: object) -> object:
    return default if value is None else value


def _one_of(expected: list[Any], value: object, given: object, place: str) -> None:
    if value not in expected:
        names = " or ".join(
            ", ".join(one) if isinstance(one, list) else str(one or "none") for one in expected
        )
        raise SequenceError(f"catalog: {place}: expected {names}, not {shown(given)}")


def _is_selected(entry: dict[str, Any]) -> bool:
    mask = MetadataMapping.from_iterable(entry["metadata"]).resolve_selection()
    return bool(mask[()])
