"""What does the tap make of a catalog that is not what it expects?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_sequence.errors import SequenceError
from tap_sequence.tap import TapSequence
from tests.support.accounts import KEY, settings
from tests.support.catalogs import Json, by_hand, discovered, of_field, of_stream
from tests.support.logs import warnings
from tests.support.sync import sync

if TYPE_CHECKING:
    from standins.sequence_api import SequenceAPI

MALFORMED: list[tuple[Json, str]] = [
    ({}, "streams: expected an array, got null"),
    ({"streams": None}, "streams: expected an array, got null"),
    ({"streams": {}}, "streams: expected an array, got an object"),
    (KEY, "streams: expected an array, got null"),
    ({"streams": [5]}, "streams[0]: expected an object, got a number"),
    ({"streams": [{}]}, "streams[0].tap_stream_id: expected a string, got null"),
    ({"streams": [{"tap_stream_id": []}]}, "streams[0].tap_stream_id: expected a string"),
    ({"streams": by_hand()["streams"] * 2}, "customers: named twice"),
    (by_hand(metadata={}), "customers: metadata: expected an array, got an object"),
    (by_hand(metadata=False), "customers: metadata: expected an array, got a boolean"),
    (by_hand(metadata=[5]), "customers: metadata[0]: expected an object, got a number"),
    (by_hand(metadata=[{"metadata": {}}]), "customers: metadata[0].breadcrumb: expected an array"),
    (by_hand(metadata=[{"breadcrumb": "url"}]), "metadata[0].breadcrumb: expected an array"),
    (by_hand(metadata=[{"breadcrumb": [5]}]), "metadata[0].breadcrumb: expected a string"),
    (by_hand(metadata=[{"breadcrumb": [], "metadata": 5}]), "metadata[0].metadata: expected an"),
    (of_stream(selected="false"), "metadata[0].metadata.selected: expected a boolean"),
    (of_stream(inclusion={}), "metadata[0].metadata.inclusion: expected a string"),
    (by_hand(schema=[]), "customers: schema: expected an object, got an array"),
    (by_hand(schema={"properties": []}), "customers: schema.properties: expected an object"),
    (by_hand(schema={"type": "array", "properties": {"a": {}}}), "expected object, not 'array'"),
    (by_hand(schema={"properties": {"a\nb": 5}}), "customers: schema.properties.a\\nb: expected"),
    (of_field(properties={"a": True}), "schema.properties.url.properties.a: expected an object"),
    (of_field(items=[{}]), "schema.properties.url.items: expected an object, got an array"),
    (of_field(additionalProperties=5), "url.additionalProperties: expected an object"),
    (of_field(anyOf=[{"items": 5}]), "schema.properties.url.anyOf.items: expected an object"),
    (of_field(type=5), "schema.properties.url.type: expected an array, got a number"),
    (of_field(type=None), "schema.properties.url.type: expected an array, got null"),
    (of_field(type=["string", {}]), "schema.properties.url.type: expected a string"),
    (of_field(required=True), "schema.properties.url.required: expected an array"),
    (of_field(description="\ud83d"), "holds half of a surrogate pair"),
]


@pytest.mark.parametrize(("catalog", "words"), MALFORMED)
def test_malformed_catalog(few: SequenceAPI, catalog: Json, words: str) -> None:
    """An invalid catalog is refused in one line that names the place, before any request."""
    few.clear()
    with pytest.raises(SequenceError) as raised:
        TapSequence(config=settings(few), catalog=catalog)
    assert str(raised.value).startswith("catalog: ")
    assert words in str(raised.value)
    assert str(raised.value).isprintable()
    assert not few.requests


LITTLE: list[Json] = [
    by_hand(),
    by_hand(metadata=None, schema=None, key_properties=None, replication_key=None),
    by_hand(metadata=[], schema={}),
    by_hand(schema={"type": "object"}),
    by_hand(schema={"properties": {}}),
    of_stream(replication_method=None, replication_key=None, table_key_properties=None),
    of_stream(valid_replication_keys=["updatedAt"], view_key_properties=["email"]),
    by_hand(stream="customers", key_properties=["id"], replication_key="createdAt"),
]


@pytest.mark.parametrize("catalog", LITTLE)
def test_catalog_of_little(
    few: SequenceAPI, catalog: Json, caplog: pytest.LogCaptureFixture
) -> None:
    """What a catalog leaves out, or has as null, is as in the tap's own."""
    synced, plain = sync(few, catalog=catalog), sync(few, catalog=discovered())
    assert synced.records == plain.records
    assert synced.messages[0] == plain.messages[0]
    assert synced.state == plain.state
    assert warnings(caplog) == []


def test_schema_without_the_keys(few: SequenceAPI) -> None:
    """What reading itself needs is in the schema and in the records, whatever the catalog has."""
    synced = sync(few, catalog=of_field(type=["string", "null"]))
    properties = synced.messages[0]["schema"]["properties"]
    assert properties.keys() == {"id", "createdAt", "url"}
    assert all(
        {"id", "createdAt"} <= record.keys() <= properties.keys() for record in synced.records
    )


def test_fields_selected_without_the_stream(few: SequenceAPI) -> None:
    """A field that is selected arrives where no metadata says anything of the stream."""
    metadata = [
        {"breadcrumb": ["properties", "legalName"], "metadata": {"selected": True}},
        {"breadcrumb": ["properties", "label"], "metadata": {"selected": False}},
    ]
    records = sync(few, catalog=by_hand(metadata=metadata)).records
    assert len(records) == 3
    assert all("legalName" in record and "label" not in record for record in records)


@pytest.mark.parametrize("given", ["full_table", "Full_Table", "FULL_TABLE"])
@pytest.mark.parametrize("where", ["replication_method", "forced_replication_method", "entry"])
def test_letters_of_the_method(few: SequenceAPI, where: str, given: str) -> None:
    """The replication method is taken without regard to case, wherever it stands."""
    catalog = by_hand(replication_method=given) if where == "entry" else of_stream(**{where: given})
    state = sync(few).state
    # Only a full-table run reads further than the bookmark
    assert len(sync(few, catalog=catalog, state=state, lookback_window=0, page_size=1).ids) == 3
    incremental = by_hand(replication_method="incremental")
    assert len(sync(few, catalog=incremental, state=state, lookback_window=0, page_size=1).ids) < 3


METHODS = "FULL_TABLE or INCREMENTAL"

REFUSED: list[tuple[Json, str]] = [
    (of_stream(replication_method="FULL"), f"replication-method: expected {METHODS}, not 'FULL'"),
    (of_stream(replication_method="LOG_BASED"), f"expected {METHODS}, not 'LOG_BASED'"),
    (of_stream(replication_method=True), f"expected {METHODS}, not True"),
    (of_stream(replication_method={}), f"expected {METHODS}, not {{}}"),
    (of_stream(replication_method=""), f"expected {METHODS}, not ''"),
    (of_stream(replication_method="x" * 5000), "xxx…"),
    (of_stream(forced_replication_method="LOG_BASED"), "forced-replication-method: expected"),
    (by_hand(replication_method="LOG_BASED"), "replication_method: expected"),
    (
        of_stream(replication_method="FULL_TABLE", forced_replication_method="FULL"),
        f"forced-replication-method: expected {METHODS}, not 'FULL'",
    ),
    (
        of_stream(replication_key="updatedAt"),
        "replication-key: expected createdAt, not 'updatedAt'",
    ),
    (by_hand(replication_key="id"), "replication_key: expected createdAt, not 'id'"),
    (by_hand(replication_key=["createdAt"]), "expected createdAt, not ['createdAt']"),
    (of_stream(table_key_properties=["email"]), "table-key-properties: expected id, not ['email']"),
    (by_hand(key_properties=["id", "email"]), "key_properties: expected id, not ['id', 'email']"),
    (by_hand(key_properties="id"), "key_properties: expected id, not 'id'"),
    (by_hand(key_properties=[]), "key_properties: expected id, not []"),
    (
        by_hand(
            metadata=[
                {"breadcrumb": [], "metadata": {"replication-method": method}}
                for method in ("FULL_TABLE", "FULL")
            ]
        ),
        "not 'FULL'",
    ),
    (by_hand(stream="clients"), "stream: expected customers, not 'clients'"),
]


@pytest.mark.parametrize(("catalog", "words"), REFUSED)
def test_what_the_stream_does_not_have(catalog: Json, words: str) -> None:
    """A method or a key that the stream doesn't have is refused, with what it has."""
    with pytest.raises(SequenceError) as raised:
        TapSequence(config=KEY, catalog=catalog)
    assert str(raised.value).startswith("catalog: customers: ")
    assert words in str(raised.value)
    assert len(str(raised.value)) < 200


OTHER = [{"tap_stream_id": "orders", "schema": 5}, {"tap_stream_id": "a\nb"}]

NOTHING = "The catalog selects none of the tap's streams, so nothing is read"

UNKNOWN = "The catalog has streams that this tap doesn't have, ignored: orders, a\\nb"


@pytest.mark.parametrize(
    ("catalog", "warned"),
    [
        (of_stream(selected=False), [NOTHING]),
        (of_stream(selected=None), [NOTHING]),
        ({"streams": []}, [NOTHING]),
        ({"streams": OTHER}, [UNKNOWN, NOTHING]),
        ({"streams": [*OTHER, *by_hand()["streams"]]}, [UNKNOWN]),
    ],
)
def test_catalog_of_nothing(
    few: SequenceAPI, catalog: Json, warned: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A catalog that selects nothing, or has streams that the tap hasn't, is warned of."""
    assert bool(sync(few, catalog=catalog).records) == (NOTHING not in warned)
    assert warnings(caplog) == warned
