"""What a catalog that was written by hand may leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def completed(catalog: dict[str, Any], streams: Iterable[Any]) -> dict[str, Any]:
    """Fill in a catalog's entries from their metadata, and from the streams.

    The SDK looks for the keys in both entry and metadata, but what makes SCHEMA messages knows the
    entry's alone: a target without keys appends where it should update. And `replication-method`,
    the metadata that users write to have a stream read in full, is none that the SDK reads.

    Args:
        catalog: The catalog as it was given.
        streams: The tap's streams.

    Returns:
        The same catalog, with schema, keys, replication key and method in each entry.
    """
    known = {stream.name: stream for stream in streams}
    entries = []
    for entry in catalog.get("streams", ()):
        stream = known.get(entry.get("tap_stream_id"))
        if stream is None:
            entries.append(entry)
            continue
        metadata: dict[str, Any] = {}
        for one in entry.get("metadata") or ():
            if not one.get("breadcrumb"):
                metadata = one.get("metadata") or {}
        method = metadata.get("replication-method") or metadata.get("forced-replication-method")
        entries.append(
            {
                **entry,
                "schema": entry.get("schema") or stream.schema,
                "key_properties": entry.get("key_properties")
                or metadata.get("table-key-properties")
                or list(stream.primary_keys),
                "replication_key": entry.get("replication_key")
                or metadata.get("replication-key")
                or stream.replication_key,
                "replication_method": method or entry.get("replication_method"),
            }
        )
    return {**catalog, "streams": entries}
