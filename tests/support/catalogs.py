"""Catalogs that differ from what the tap discovers."""

from __future__ import annotations

import copy
from typing import Any

from tap_sequence.tap import TapSequence

Json = Any


def discovered(**entry: Any) -> dict[str, Any]:
    """Return the tap's catalog, with something else in the entry for customers."""
    catalog = TapSequence(config={}, validate_config=False).catalog_dict
    (customers,) = (one for one in catalog["streams"] if one["tap_stream_id"] == "customers")
    return {"streams": [{**customers, **entry}]}


def catalog_with(
    *path: str, entry: dict[str, Any] | None = None, **metadata: Any
) -> dict[str, Any]:
    """Return the catalog with something else in the metadata of a field, or of the stream."""
    catalog = discovered(**(entry or {}))
    breadcrumb = [part for name in path for part in ("properties", name)]
    (one,) = (
        one for one in catalog["streams"][0]["metadata"] if list(one["breadcrumb"]) == breadcrumb
    )
    one["metadata"] |= {name.replace("_", "-"): value for name, value in metadata.items()}
    return catalog


def declaring(**properties: Any) -> dict[str, Any]:
    """Return a catalog with other or more properties; None takes one away."""
    catalog = discovered()
    declared = catalog["streams"][0]["schema"]["properties"]
    for name, schema in properties.items():
        if schema is None:
            del declared[name]
        else:
            declared[name] = schema
    return catalog


def by_hand(**entry: Json) -> Json:
    """Return a catalog that a hand has written."""
    return {"streams": [{"tap_stream_id": "customers", **entry}]}


def selecting(*streams: str, **metadata: Json) -> Json:
    """Return a catalog that selects streams, with metadata of each, underscores for hyphens."""
    given = {name.replace("_", "-"): value for name, value in metadata.items()}
    own = {"breadcrumb": [], "metadata": {"selected": True, **given}}
    entries = [{"tap_stream_id": name, "metadata": [own]} for name in streams]
    return copy.deepcopy({"streams": entries})


def of_stream(**metadata: Json) -> Json:
    """Return a catalog with metadata of customers itself, underscores for hyphens."""
    return selecting("customers", **metadata)


def of_field(**field: Json) -> Json:
    """Return a catalog whose schema has a field."""
    return by_hand(schema={"properties": {"url": field}})
