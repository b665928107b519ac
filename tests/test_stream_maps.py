"""Do stream maps and flattening make of the customers what they say?"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import SequenceAPI
from tap_sequence.errors import SequenceError
from tests.support.accounts import expected, settings
from tests.support.catalogs import catalog_with
from tests.support.commands import ROOT
from tests.support.messages import by_id
from tests.support.settings import batch_config
from tests.support.sync import sync
from tests.support.tap import run

if TYPE_CHECKING:
    from pathlib import Path

    from tap_sequence.pages import Record


def test_renamed_field() -> None:
    """A stream map renames a field."""
    maps = {"customers": {"name": "legalName", "legalName": None}}
    with SequenceAPI(120) as api:
        synced = sync(api, stream_maps=maps)
        wanted = expected(api)
    for record in wanted:
        record["name"] = record.pop("legalName")
    assert by_id(synced.records) == wanted
    properties = synced.schemas["customers"]["schema"]["properties"]
    assert {"name", "legalName"} & properties.keys() == {"name"}


def test_dropped_field() -> None:
    """A stream map drops a field."""
    with SequenceAPI(120) as api:
        synced = sync(api, stream_maps={"customers": {"address": "__NULL__"}})
        wanted = expected(api)
    assert all(record.pop("address") for record in wanted)
    assert by_id(synced.records) == wanted
    assert "address" not in synced.schemas["customers"]["schema"]["properties"]


def test_filtered_records() -> None:
    """A stream map's filter leaves records out, and the bookmark moves all the same."""
    maps = {"customers": {"__filter__": "taxStatus == 'TAXED'"}}
    with SequenceAPI(120) as api:
        plain = sync(api)
        synced = sync(api, stream_maps=maps)
        wanted = [record for record in expected(api) if record["taxStatus"] == "TAXED"]
    assert 0 < len(wanted) < 120
    assert by_id(synced.records) == wanted
    assert synced.bookmark == plain.bookmark


def test_other_keys() -> None:
    """A stream map gives the stream other keys."""
    maps = {"customers": {"__key_properties__": ["legalName"]}}
    with SequenceAPI(1) as api:
        synced = sync(api, stream_maps=maps)
    assert list(synced.schemas["customers"]["key_properties"]) == ["legalName"]


def test_keys_of_every_stream() -> None:
    """What gives each stream other keys doesn't fail on those that are not selected."""
    maps = {"*": {"account": "'uk'", "__key_properties__": ["account", "id"]}}
    with SequenceAPI(1) as api:
        synced = sync(api, stream_maps=maps)
    keys = {name: list(one["key_properties"]) for name, one in synced.schemas.items()}
    assert keys == {"customers": ["account", "id"]}


def test_other_name() -> None:
    """A stream map gives the stream another name, under which all arrives."""
    with SequenceAPI(120) as api:
        synced = sync(api, stream_maps={"customers": {"__alias__": "sequence_customers"}})
        assert by_id(synced.records) == expected(api)
    streams = {one["stream"] for one in synced.messages if "stream" in one}
    assert streams == {"sequence_customers"}
    assert set(synced.state["bookmarks"]) == {"customers"}


def test_second_stream() -> None:
    """A stream map makes a second stream out of the customers."""
    maps = {"names": {"__source__": "customers", "id": "id", "name": "legalName", "__else__": None}}
    with SequenceAPI(120) as api:
        synced = sync(api, stream_maps=maps)
        wanted = expected(api)
    records: dict[str, list[Record]] = {"customers": [], "names": []}
    for one in synced.messages:
        if one["type"] == "RECORD":
            records[one["stream"]].append(one["record"])
    assert by_id(records["customers"]) == wanted
    assert by_id(records["names"]) == [
        {"id": record["id"], "name": record["legalName"]} for record in wanted
    ]
    assert synced.schemas["names"]["schema"]["properties"].keys() == {"id", "name"}


LITTLE: list[Record] = [
    {"id": "a", "createdAt": "2024-02-03T00:00:00.000000Z", "url": "HTTPS://A.EXAMPLE"},
    {"id": "b", "createdAt": "2024-02-02T00:00:00.000000Z", "url": None, "address": {}},
    {"id": "c", "createdAt": "2024-02-01T00:00:00.000000Z", "organizations": [{"id": "o"}]},
]
"""Customers that lack most of what is declared."""


def mapped(expression: str, **more: Any) -> list[Record]:
    """Return what a stream map makes of those, with one field worked out by an expression."""
    maps = {"customers": {"seen": expression, **more}}
    with SequenceAPI(LITTLE, raw=True) as api:
        return by_id(sync(api, stream_maps=maps).records)


@pytest.mark.parametrize(
    ("expression", "seen"),
    [
        ("url.lower() if url else None", ["https://a.example", None, None]),
        ("_['url']", ["HTTPS://A.EXAMPLE", None, None]),
        ("record['label']", [None] * 3),
        ("label or 'none'", ["none"] * 3),
        ("_.get('url') or 'none'", ["HTTPS://A.EXAMPLE", "none", "none"]),
        ("_.url", ["HTTPS://A.EXAMPLE", None, None]),
        ("'label' in record", [True] * 3),
        ("address['town'] if address != None else 'none'", ["none", None, "none"]),
        ("address.town if address != None else 'none'", ["none", None, "none"]),
        ("organizations[0]['owner'] if organizations else 'none'", ["none", "none", None]),
        ("[label for x in [1]][0]", [None] * 3),
    ],
)
def test_an_expression_sees_every_declared_field(expression: str, seen: list[Any]) -> None:
    """A field that the schema declares and a customer lacks is null to expressions, deep ones too.

    No field that the customer lacks is added to what it leaves as.
    """
    wanted = [{**record, "seen": one} for record, one in zip(LITTLE, seen, strict=True)]
    assert mapped(expression) == wanted


def test_an_expression_sees_the_field_that_it_replaces() -> None:
    """`self`, the value that an expression is to replace, is null where the customer lacks it."""
    records = mapped("id", label="self or 'none'")
    assert [record["label"] for record in records] == ["none"] * 3


def test_a_filter_sees_every_declared_field() -> None:
    """A filter on a field that some customers lack leaves these out."""
    assert [record["id"] for record in mapped("id", __filter__="url")] == ["a"]
    assert [record["id"] for record in mapped("id", __filter__="not label")] == ["a", "b", "c"]


def test_a_second_stream_sees_every_declared_field() -> None:
    """A stream made of the customers, with other keys, sees and has what they lack as null."""
    maps = {
        "labels": {
            "__source__": "customers",
            "__else__": None,
            "__key_properties__": ["id", "label"],
            "id": "id",
            "label": "label",
            "name": "legalName",
        }
    }
    with SequenceAPI(LITTLE, raw=True) as api:
        synced = sync(api, stream_maps=maps, flattening_enabled=True, flattening_max_depth=1)
    records = [
        one["record"]
        for one in synced.messages
        if one["type"] == "RECORD" and one["stream"] == "labels"
    ]
    assert by_id(records) == [{"id": one, "label": None, "name": None} for one in "abc"]


def test_an_expression_does_not_see_what_is_deselected() -> None:
    """A deselected field is undefined to expressions, as one that nobody declares."""
    maps = {"customers": {"seen": "label"}}
    catalog = catalog_with("label", selected=False)
    with (
        SequenceAPI(LITTLE, raw=True) as api,
        pytest.raises(SequenceError, match="stream_maps raised NameNotDefined"),
    ):
        sync(api, catalog=catalog, stream_maps=maps)


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("url.lower()", "AttributeDoesNotExist"),
        ("planted", "NameNotDefined"),
        ("planted(url)", "FunctionNotDefined"),
        ("id + 1", "TypeError"),
        ("int(id)", "ValueError"),
        ("1 / 0", "ZeroDivisionError"),
        ("address['planted']", "KeyError"),
        ("json.loads(id)", "JSONDecodeError"),
        ("'x' * 999999999", "IterableTooLong"),
        ("9 ** 9 ** 9", "NumberTooHigh"),
        ("datetime.datetime(0, 0, 0)", "ValueError"),
    ],
)
@pytest.mark.parametrize("place", ["seen", "__filter__"])
def test_an_expression_that_fails_names_the_customer(
    expression: str, error: str, place: str, tmp_path: Path
) -> None:
    """An expression that can't be worked out ends the run in a line with the customer's id."""
    maps = {"customers": {place: expression}}
    customers = [{**LITTLE[1], "legalName": "planted"}]
    words = f"^customers: id 'b': an expression in stream_maps raised {error}$"
    with SequenceAPI(customers, raw=True) as api:
        for batches in (None, batch_config(storage__root=tmp_path.as_uri(), batch_size=10)):
            with pytest.raises(SequenceError, match=words):
                sync(api, stream_maps=maps, batch_config=batches)


def test_the_remedy_for_expressions_works_word_for_word() -> None:
    """What docs/messages.md says to write for a field that can be null can be written."""
    messages = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")
    entry = messages.partition("an expression in stream_maps raised")[2].partition("\n- `")[0]
    (remedy,) = re.findall(r"`(\S+ if .+?)`", entry)
    assert [record["seen"] for record in mapped(remedy)] == ["https://a.example", None, None]


@pytest.mark.parametrize(
    "maps",
    [
        {"customers": {"__filter__": "(("}},
        {"customers": {"name": "no_such_function(legalName)"}},
        {"customers": {"id": None}},
        {"customers": 5},
    ],
)
def test_mistakes_in_stream_maps(maps: Record) -> None:
    """A stream map that makes no sense ends the run with one short line that names stream_maps."""
    with SequenceAPI(1) as api:
        ended = run(config=settings(api, stream_maps=maps))
    assert ended.exit_code == 1
    assert "stream_maps" in ended.last_line
    assert len(ended.last_line) < 300
    assert "Traceback" not in ended.stderr


def flat(record: Record) -> Record:
    """Return a record with its objects flattened by one level, deeper ones and arrays as JSON."""
    flattened: Record = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flattened |= {f"{name}__{key}": of for key, of in value.items()}
        else:
            flattened[name] = json.dumps(value) if isinstance(value, list) else value
    return flattened


def test_flattening() -> None:
    """With flattening the fields of an object become fields of the record."""
    with SequenceAPI(120) as api:
        synced = sync(api, flattening_enabled=True, flattening_max_depth=1)
        wanted = expected(api)
    properties = synced.schemas["customers"]["schema"]["properties"]
    assert {"address__line1", "address"} & properties.keys() == {"address__line1"}
    assert len(synced.records) == 120
    for record, item in zip(by_id(synced.records), wanted, strict=True):
        address = {name: of for name, of in flat(item).items() if name.startswith("address__")}
        assert {name: record.get(name) for name in address} == address
        assert "address" not in record
        assert record["legalName"] == item["legalName"]
        assert json.loads(record["integrationIds"]) == item["integrationIds"]
