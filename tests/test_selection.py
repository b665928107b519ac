"""Does the tap read what the catalog selects, in the way that it says?"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from standins.sequence_api import SequenceAPI
from tests.support.accounts import expected
from tests.support.catalogs import catalog_with, discovered
from tests.support.messages import by_id
from tests.support.sync import sync

if TYPE_CHECKING:
    from tap_sequence.pages import Record


def test_schema() -> None:
    """The SCHEMA message is the catalog's schema, with its keys."""
    with SequenceAPI(1) as api:
        schema = sync(api).schemas["customers"]
    assert list(schema["key_properties"]) == ["id"]
    assert list(schema["bookmark_properties"]) == ["createdAt"]
    assert schema["schema"]["properties"] == discovered()["streams"][0]["schema"]["properties"]


def test_deselected_field(caplog: pytest.LogCaptureFixture) -> None:
    """A deselected field is neither in the schema nor in any record, and no warning names it."""
    caplog.set_level(logging.WARNING)
    with SequenceAPI(120) as api:
        synced = sync(api, catalog=catalog_with("legalName", selected=False))
        wanted = expected(api)
    assert all(record.pop("legalName") for record in wanted)
    assert by_id(synced.records) == wanted
    assert "legalName" not in synced.schemas["customers"]["schema"]["properties"]
    assert caplog.messages == []


def test_deselected_nested_field() -> None:
    """A deselected nested field is neither in the schema nor in any record; its siblings are."""
    with SequenceAPI(120) as api:
        api.add(address=None)
        synced = sync(api, catalog=catalog_with("address", "line1", selected=False))
        wanted = expected(api)
    assert sum("line1" in (record["address"] or {}) for record in wanted) == 120
    for record in wanted:
        (record["address"] or {}).pop("line1", None)
    assert by_id(synced.records) == wanted
    address = synced.schemas["customers"]["schema"]["properties"]["address"]
    assert {"line1", "line2"} & address["properties"].keys() == {"line2"}


@pytest.mark.parametrize("name", ["id", "createdAt"])
def test_keys_are_always_selected(name: str) -> None:
    """The keys can't be deselected."""
    with SequenceAPI(3) as api:
        records = sync(api, catalog=catalog_with(name, selected=False)).records
        assert by_id(records) == expected(api)


def test_deselected_stream() -> None:
    """A deselected stream is not read, and its bookmark stays."""
    with SequenceAPI(3) as api:
        state = sync(api).state
        api.clear()
        synced = sync(api, catalog=catalog_with(selected=False), state=state)
        assert not api.requests
    assert {one["type"] for one in synced.messages} == {"STATE"}
    assert synced.state == state


def test_stream_that_is_not_in_the_catalog() -> None:
    """A stream that the catalog does not name is not read."""
    with SequenceAPI(3) as api:
        assert not sync(api, catalog={"streams": []}).messages
        assert not api.requests


def test_keys_in_the_metadata() -> None:
    """A catalog whose keys stand in its metadata alone has them in the SCHEMA message too."""
    catalog = discovered()
    del catalog["streams"][0]["key_properties"]
    with SequenceAPI(1) as api:
        schema = sync(api, catalog=catalog).schemas["customers"]
    assert list(schema["key_properties"] or ()) == ["id"]


def test_no_replication_key() -> None:
    """A catalog whose replication key stands in its metadata alone is read incrementally by it."""
    catalog = discovered()
    del catalog["streams"][0]["replication_key"]
    with SequenceAPI(250) as api:
        synced = sync(api, catalog=catalog)
        assert [*synced.schemas["customers"]["bookmark_properties"]] == ["createdAt"]
        api.clear()
        sync(api, catalog=catalog, state=synced.state)
        assert len(api.requests) == 1


AS_MELTANO_WRITES_IT = catalog_with(
    entry={"replication_method": "FULL_TABLE"}, replication_method="FULL_TABLE"
)

IN_THE_METADATA = catalog_with(replication_method="FULL_TABLE")

FORCED_IN_THE_METADATA = catalog_with(forced_replication_method="FULL_TABLE")

IN_THE_ENTRY = discovered(replication_method="FULL_TABLE")

FULL_TABLE = pytest.mark.parametrize(
    "catalog",
    [
        pytest.param(AS_MELTANO_WRITES_IT, id="as Meltano writes it"),
        pytest.param(IN_THE_ENTRY, id="in the entry"),
        pytest.param(IN_THE_METADATA, id="in the metadata"),
        pytest.param(FORCED_IN_THE_METADATA, id="forced in the metadata"),
    ],
)


@FULL_TABLE
def test_full_table(catalog: Record) -> None:
    """In full-table replication everything is read, whatever the bookmark."""
    with SequenceAPI(250) as api:
        state = sync(api).state
        synced = sync(api, catalog=catalog, state=state)
        assert by_id(synced.records) == expected(api)


@FULL_TABLE
def test_full_table_leaves_the_bookmark(catalog: Record) -> None:
    """A full-table run leaves the bookmark: the next incremental run goes on from there."""
    with SequenceAPI(250) as api:
        state = sync(api).state
        added = api.add(3)
        bookmark = sync(api, catalog=catalog, state=state).bookmark
        assert bookmark == state["bookmarks"]["customers"]
        api.clear()
        synced = sync(api, state={"bookmarks": {"customers": bookmark}})
        assert {customer.id for customer in added} <= set(synced.ids)
        assert len(api.requests) == 1


def test_no_activate_version() -> None:
    """ACTIVATE_VERSION is never sent, as nothing is to be deleted; it could not be asked for."""
    with SequenceAPI(3) as api:
        synced = sync(api, catalog=IN_THE_ENTRY, emit_activate_version_messages=True)
    assert {one["type"] for one in synced.messages} == {"SCHEMA", "RECORD", "STATE"}


@pytest.mark.parametrize("schema", [None, {}])
def test_catalog_without_a_schema(schema: Record | None) -> None:
    """A catalog that has no schema of a stream means the stream's own."""
    catalog = discovered(schema=schema)
    if schema is None:
        del catalog["streams"][0]["schema"]
    with SequenceAPI(3) as api:
        synced = sync(api, catalog=catalog)
        assert by_id(synced.records) == expected(api)
    properties = synced.schemas["customers"]["schema"]["properties"]
    assert properties == discovered()["streams"][0]["schema"]["properties"]
