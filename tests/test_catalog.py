"""What does the tap say that it delivers?

The fields stand in `catalog.txt`, one a line. After a change that is meant, write it anew with

    uv run python -m tests.test_catalog

and let the reviewer see the difference.
"""

from __future__ import annotations

import copy
import logging
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from standins.sequence_api import VERSIONS, SequenceAPI
from tap_sequence.tap import TapSequence
from tests.support.sync import sync

if TYPE_CHECKING:
    from collections.abc import Iterator

SNAPSHOT = Path(__file__).with_name("catalog.txt")

Schema = dict[str, Any]


def catalog_entries() -> dict[str, dict[str, Any]]:
    """Return the catalog's entries, by stream."""
    tap = TapSequence(validate_config=False, setup_mapper=False)
    return {entry["tap_stream_id"]: entry for entry in tap.catalog_dict["streams"]}


def catalog_entry() -> dict[str, Any]:
    """Return the catalog's entry of customers."""
    return catalog_entries()["customers"]


def walk(schema: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Yield each schema below this one with its path: `a.b`, `a[]` for items, `a.*` for others."""
    for name, of in schema.get("properties", {}).items():
        yield f"{path}.{name}", of
        yield from walk(of, f"{path}.{name}")
    if (others := schema.get("additionalProperties")) not in (None, False):
        others = {} if others is True else others
        yield f"{path}.*", others
        yield from walk(others, f"{path}.*")
    if (items := schema.get("items")) is not None:
        yield f"{path}[]", items
        yield from walk(items, f"{path}[]")


def fields() -> dict[str, Schema]:
    """Return the schema of each field of customers at any depth, by path."""
    entry = catalog_entry()
    return dict(walk(entry["schema"], entry["tap_stream_id"]))


def lines() -> list[str]:
    """Describe the catalog, one line a field."""
    everything = chain.from_iterable(
        walk(entry["schema"], name) for name, entry in catalog_entries().items()
    )
    return [
        f"{path}: {'|'.join(of['type']) if isinstance(of.get('type'), list) else of.get('type')}"
        f"{' ' + of['format'] if 'format' in of else ''}".replace(": None", ": any")
        for path, of in sorted(everything, key=itemgetter(0))
    ]


def test_snapshot() -> None:
    """The catalog has these fields with these types."""
    assert lines() == SNAPSHOT.read_text(encoding="utf-8").splitlines(), (
        "the catalog has changed, and with it the columns that targets make; if that is meant, "
        "write it down: uv run python -m tests.test_catalog"
    )


def test_required() -> None:
    """Only a customer's id is required."""
    schema = catalog_entry()["schema"]
    assert schema["required"] == ["id"]
    assert not [path for path, of in fields().items() if "required" in of]


def test_nullable() -> None:
    """Every property but the id may be null."""
    not_nullable = {
        path
        for path, of in fields().items()
        if not path.endswith(("[]", ".*")) and "null" not in of["type"]
    }
    assert not_nullable == {"customers.id"}


def test_no_narrow_values() -> None:
    """No field is limited to some values, lengths or ranges: the API's may grow at any time."""
    words = {word for of in fields().values() for word in of}
    assert words == {
        "additionalProperties",
        "description",
        "format",
        "items",
        "properties",
        "type",
    }


def test_times() -> None:
    """These fields are times, and no other is."""
    assert {path for path, of in fields().items() if "format" in of} == {
        "customers.createdAt",
        "customers.archivedAt",
        "customers.integrationIds[].lastSynced",
        "customers.externalIds[].syncTime",
    }
    assert {of["format"] for of in fields().values() if "format" in of} == {"date-time"}


def test_descriptions() -> None:
    """Every field is described in a sentence of its own."""
    described = {
        path: of.get("description", "")
        for path, of in fields().items()
        if not path.endswith(("[]", ".*"))
    }
    assert {path for path, text in described.items() if not text.endswith(".")} == set()


def test_keys() -> None:
    """Customers are told apart by id and come incrementally by createdAt."""
    entry = catalog_entry()
    assert entry["tap_stream_id"] == "customers"
    assert list(entry["key_properties"]) == ["id"]
    assert entry["replication_key"] == "createdAt"
    assert entry["replication_method"] == "INCREMENTAL"


def test_metadata() -> None:
    """All is selected unless told otherwise; id and createdAt can't be deselected."""
    metadata = {tuple(one["breadcrumb"]): one["metadata"] for one in catalog_entry()["metadata"]}
    stream = metadata[()]
    assert list(stream["table-key-properties"]) == ["id"]
    assert stream["valid-replication-keys"] == ["createdAt"]
    assert stream["selected-by-default"]
    automatic = {place for place, one in metadata.items() if one["inclusion"] == "automatic"}
    assert automatic == {("properties", "id"), ("properties", "createdAt")}
    properties = catalog_entry()["schema"]["properties"]
    assert {("properties", name) for name in properties} <= metadata.keys()


def closed(schema: Schema) -> Schema:
    """Return the schema with every object closed to fields that it does not declare."""
    schema = copy.deepcopy(schema)
    for _, of in [("", schema), *walk(schema, "")]:
        if of.get("properties"):
            of["additionalProperties"] = False
    return schema


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_fits(version: str) -> None:
    """What a version of the API sends, nested fields included, is declared."""
    validator = Draft202012Validator(closed(catalog_entry()["schema"]))
    with SequenceAPI(250) as api:
        items = api.listed(version)
    assert [error.message for item in items for error in validator.iter_errors(item)] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_no_version_has_unknown_fields(version: str, caplog: pytest.LogCaptureFixture) -> None:
    """Reading a published version warns of nothing."""
    caplog.set_level(logging.WARNING)
    with SequenceAPI(250) as api:
        assert len(sync(api, api_version=version).records) == 250
    assert caplog.messages == []


def test_every_field_is_of_some_version() -> None:
    """What the catalog declares, at least one version of the API sends."""

    def seen(value: object, path: str) -> Iterator[str]:
        if isinstance(value, dict):
            for name, of in value.items():
                yield f"{path}.{name}"
                yield from seen(of, f"{path}.{name}")
        elif isinstance(value, list):
            for of in value:
                yield from seen(of, f"{path}[]")

    with SequenceAPI(250) as api:
        sent = {
            path
            for version in VERSIONS
            for item in api.listed(version)
            for path in seen(item, "customers")
        }
    assert {path for path in fields() if not path.endswith(("[]", ".*"))} - sent == set()


if __name__ == "__main__":
    SNAPSHOT.write_text("\n".join(lines()) + "\n", encoding="utf-8")
