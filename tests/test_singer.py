"""Does the tap do what a Singer tap and its users' catalogs, maps and batches ask of it?"""

from __future__ import annotations

import gzip
import json
import logging
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from standins.sequence_api import VERSIONS, SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tests.sync import Synced, discovered, sync
from tests.tap import ROOT, discover, run, settings

if TYPE_CHECKING:
    from pathlib import Path

Record = dict[str, Any]

BOTH = pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])


def delivered(item: object) -> Record:
    """Return an item as it leaves the tap: its creation time in the fixed-width form."""
    assert isinstance(item, dict)
    created = datetime.fromisoformat(item["createdAt"])
    return {**item, "createdAt": created.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}


def by_id(records: list[Record]) -> list[Record]:
    """Return the records in an order that does not depend on the read."""
    return sorted(records, key=lambda record: str(record["id"]))


def expected(api: SequenceAPI, version: str | None = None) -> list[Record]:
    """Return what a complete read must bring, ordered by id."""
    return by_id([delivered(item) for item in api.listed(version)])


def schemas(synced: Synced) -> dict[str, Record]:
    """Return the SCHEMA messages by stream."""
    return {one["stream"]: one for one in synced.messages if one["type"] == "SCHEMA"}


def catalog_with(*path: str, entry: Record | None = None, **metadata: Any) -> Record:
    """Return the catalog with something else in the metadata of a field, or of the stream."""
    catalog = discovered(**(entry or {}))
    breadcrumb = [part for name in path for part in ("properties", name)]
    (one,) = (
        one for one in catalog["streams"][0]["metadata"] if list(one["breadcrumb"]) == breadcrumb
    )
    one["metadata"] |= {name.replace("_", "-"): value for name, value in metadata.items()}
    return catalog


# --- The records ---------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("version", VERSIONS)
def test_records(version: str, method: str) -> None:
    """In each version's shape every customer arrives exactly once, with every field as sent."""
    with SequenceAPI(250) as api:
        synced = sync(api, api_version=version, catalog=discovered(replication_method=method))
        assert by_id(synced.records) == expected(api, version)


def test_records_of_a_long_list() -> None:
    """Of a list of many pages too, every customer arrives exactly once with every field as sent."""
    with SequenceAPI(2500) as api:
        assert by_id(sync(api).records) == expected(api)


def test_records_at_the_command_line() -> None:
    """What the command writes to standard output is what the API sent, text and all."""
    with SequenceAPI(250) as api:
        ended = run(config=settings(api))
        assert by_id(ended.records) == expected(api)
    assert ended.exit_code == 0
    assert ended.messages[0]["type"] == "SCHEMA"
    assert ended.messages[-1]["type"] == "STATE"


NUMBERS = (
    "0.10",
    "12345678901234567890.123",
    "1E+400",
    "-0.0",
    "9007199254740993",
    "18446744073709551616",
    "123456789012345678901234567890",
)
"""Numbers that a float, or 64 bits, could not hold as they are."""


def answer_with_numbers() -> faults.Fault:
    """Return an answer in which a nested field holds the numbers."""
    item = '{"id": "one", "createdAt": "2024-02-01T12:00:00Z", "address": {"balances": [%s]}}'
    body = '{"items": [%s], "pagination": {}}' % (item % ", ".join(NUMBERS))
    return faults.body(body, "application/json")


def numbers(line: str) -> list[str]:
    """Return the numbers of that answer in a line of output, as they are written there."""
    message = json.loads(line, parse_float=str, parse_int=str)
    balances: list[str] = message.get("record", message)["address"]["balances"]
    return balances


def test_numbers_keep_their_digits() -> None:
    """A number in a nested field that nobody has heard of keeps its digits."""
    with SequenceAPI(1) as api:
        api.fail(answer_with_numbers())
        ended = run(config=settings(api))
    assert ended.exit_code == 0
    (line,) = (line for line in ended.stdout.splitlines() if '"RECORD"' in line)
    assert numbers(line) == list(NUMBERS)


def test_unknown_fields(caplog: pytest.LogCaptureFixture) -> None:
    """Customers with a field that nobody has heard of all arrive, without it; one warning names it.

    Below the top level such fields are kept.
    """
    caplog.set_level(logging.WARNING)
    with SequenceAPI(120) as api:
        known = expected(api)
        items = [
            {**item, "tier": "gold", "address": {**item["address"], "what3words": "a.b.c"}}
            for item in known
        ]
    with SequenceAPI(items, raw=True) as api:
        records = by_id(sync(api).records)
    assert [record["address"].pop("what3words") for record in records] == ["a.b.c"] * 120
    assert records == known
    (warning,) = caplog.messages
    assert warning.endswith(": tier")


def test_no_creation_time() -> None:
    """A customer without createdAt arrives as it is, and the bookmark is the newest of the others.

    So does one whose createdAt is null.
    """
    items = [
        {"id": "a", "createdAt": "2024-02-01T12:00:00Z"},
        {"id": "b"},
        {"id": "c", "createdAt": None},
        {"id": "d", "createdAt": "2024-02-02T12:00:00.5Z"},
    ]
    with SequenceAPI(items, raw=True) as api:
        synced = sync(api)
    assert by_id(synced.records) == [
        {"id": "a", "createdAt": "2024-02-01T12:00:00.000000Z"},
        {"id": "b"},
        {"id": "c", "createdAt": None},
        {"id": "d", "createdAt": "2024-02-02T12:00:00.500000Z"},
    ]
    assert synced.bookmark["replication_key_value"] == "2024-02-02T12:00:00.500000Z"


# --- The command line ----------------------------------------------------------------------------


def test_discover() -> None:
    """`--discover` works without any configuration, and logs nothing alarming."""
    ended = run("--discover")
    assert ended.exit_code == 0
    assert [stream["tap_stream_id"] for stream in json.loads(ended.stdout)["streams"]] == [
        "customers"
    ]
    assert {line.split(" | ")[1].strip() for line in ended.stderr.splitlines()} <= {"INFO"}


def test_discovered_catalog() -> None:
    """What `--discover` prints, `--catalog` takes, and nothing changes by it."""
    with SequenceAPI(120) as api:
        plain = sync(api)
        ended = run(config=settings(api), catalog=discover())
    assert ended.exit_code == 0
    assert ended.records == plain.records
    assert ended.state == plain.state
    assert ended.messages[0]["schema"] == plain.messages[0]["schema"]


@pytest.mark.parametrize("flag", ["--test", "--test=records"])
def test_test(flag: str) -> None:
    """`--test` brings one record, does not read the list for it, and reports no error."""
    with SequenceAPI(2500) as api:
        ended = run(flag, config=settings(api))
        assert len(api.requests) < 5
    assert ended.exit_code == 0
    assert [one["type"] for one in ended.messages if one["type"] != "STATE"] == ["SCHEMA", "RECORD"]
    assert " | ERROR " not in ended.stderr
    assert "failed" not in ended.stderr


def test_test_without_customers() -> None:
    """`--test` succeeds on an account that has no customers."""
    with SequenceAPI(0) as api:
        ended = run("--test", config=settings(api))
    assert ended.exit_code == 0
    assert not ended.records


def test_test_refused() -> None:
    """`--test` fails where a run would, and says what to change."""
    with SequenceAPI(3) as api:
        ended = run("--test", config=settings(api, client_secret="wrong"))  # noqa: S106  it is
    assert ended.exit_code == 1
    assert ended.last_line.startswith("GET /customers: 401 ")
    assert "client_secret" in ended.last_line


def test_test_schema() -> None:
    """`--test=schema` writes the schema and asks the API for nothing."""
    with SequenceAPI(3) as api:
        ended = run("--test=schema", config=settings(api))
        assert not api.requests
    assert ended.exit_code == 0
    assert [one["type"] for one in ended.messages] == ["SCHEMA"]


def test_version() -> None:
    """`--version` says the tap's name and version."""
    ended = run("--version")
    assert ended.exit_code == 0
    assert ended.stdout.startswith("tap-sequence v")


def test_state_at_the_command_line() -> None:
    """With the `--state` of the last run a run brings what is new."""
    with SequenceAPI(250) as api:
        first = sync(api)
        (added,) = api.add()
        second = run(config=settings(api, lookback_window=0), state=first.state)
    assert second.exit_code == 0
    assert added.id in {record["id"] for record in second.records}
    assert len(second.records) < 10
    assert second.bookmark["replication_key_value"] == second.records[0]["createdAt"]


# --- The catalog ---------------------------------------------------------------------------------


def test_schema() -> None:
    """The SCHEMA message is the catalog's schema, with its keys."""
    with SequenceAPI(1) as api:
        schema = schemas(sync(api))["customers"]
    assert list(schema["key_properties"]) == ["id"]
    assert schema["bookmark_properties"] == ["createdAt"]
    assert schema["schema"]["properties"] == discovered()["streams"][0]["schema"]["properties"]


def test_deselected_field(caplog: pytest.LogCaptureFixture) -> None:
    """A deselected field is neither in the schema nor in any record, and no warning names it."""
    caplog.set_level(logging.WARNING)
    with SequenceAPI(120) as api:
        synced = sync(api, catalog=catalog_with("legalName", selected=False))
        wanted = expected(api)
    assert all(record.pop("legalName") for record in wanted)
    assert by_id(synced.records) == wanted
    assert "legalName" not in schemas(synced)["customers"]["schema"]["properties"]
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
    address = schemas(synced)["customers"]["schema"]["properties"]["address"]
    assert {"line1", "line2"} & address["properties"].keys() == {"line2"}


@pytest.mark.parametrize("name", ["id", "createdAt"])
def test_keys_are_always_selected(name: str) -> None:
    """The keys can't be deselected."""
    with SequenceAPI(3) as api:
        records = sync(api, catalog=catalog_with(name, selected=False)).records
        assert by_id(records) == expected(api)


def test_deselected_field_of_another_type() -> None:
    """A field that is deselected can't fail a run, whatever the API sends in it."""
    items = [{"id": "one", "createdAt": "2024-02-01T12:00:00Z", "label": {"un": "expected"}}]
    with SequenceAPI(items, raw=True) as api:
        assert sync(api, catalog=catalog_with("label", selected=False)).ids == ["one"]


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
        schema = schemas(sync(api, catalog=catalog))["customers"]
    assert list(schema["key_properties"] or ()) == ["id"]


def test_no_replication_key() -> None:
    """A catalog whose replication key stands in its metadata alone is read incrementally by it."""
    catalog = discovered()
    del catalog["streams"][0]["replication_key"]
    with SequenceAPI(250) as api:
        synced = sync(api, catalog=catalog)
        assert schemas(synced)["customers"]["bookmark_properties"] == ["createdAt"]
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
        pytest.param(
            IN_THE_METADATA,
            id="in the metadata",
        ),
        pytest.param(
            FORCED_IN_THE_METADATA,
            id="forced in the metadata",
        ),
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
    properties = schemas(synced)["customers"]["schema"]["properties"]
    assert properties == discovered()["streams"][0]["schema"]["properties"]


# --- Stream maps, flattening, batches ------------------------------------------------------------


def test_renamed_field() -> None:
    """A stream map renames a field."""
    maps = {"customers": {"name": "legalName", "legalName": None}}
    with SequenceAPI(120) as api:
        synced = sync(api, stream_maps=maps)
        wanted = expected(api)
    for record in wanted:
        record["name"] = record.pop("legalName")
    assert by_id(synced.records) == wanted
    properties = schemas(synced)["customers"]["schema"]["properties"]
    assert {"name", "legalName"} & properties.keys() == {"name"}


def test_dropped_field() -> None:
    """A stream map drops a field."""
    with SequenceAPI(120) as api:
        synced = sync(api, stream_maps={"customers": {"address": "__NULL__"}})
        wanted = expected(api)
    assert all(record.pop("address") for record in wanted)
    assert by_id(synced.records) == wanted
    assert "address" not in schemas(synced)["customers"]["schema"]["properties"]


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
    assert list(schemas(synced)["customers"]["key_properties"]) == ["legalName"]


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
    assert schemas(synced)["names"]["schema"]["properties"].keys() == {"id", "name"}


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
        for batches in (None, batch_config(tmp_path, 10)):
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
    properties = schemas(synced)["customers"]["schema"]["properties"]
    assert {"address__line1", "address"} & properties.keys() == {"address__line1"}
    assert len(synced.records) == 120
    for record, item in zip(by_id(synced.records), wanted, strict=True):
        address = {name: of for name, of in flat(item).items() if name.startswith("address__")}
        assert {name: record.get(name) for name in address} == address
        assert "address" not in record
        assert record["legalName"] == item["legalName"]
        assert json.loads(record["integrationIds"]) == item["integrationIds"]


def batch_files(synced: Synced) -> dict[str, list[list[str]]]:
    """Return the lines of each file of the BATCH messages, by stream."""
    read: dict[str, list[list[str]]] = {}
    for one in synced.messages:
        if one["type"] == "BATCH":
            assert one["encoding"] == {"format": "jsonl", "compression": "gzip"}
            for url in one["manifest"]:
                with gzip.open(url2pathname(urlsplit(url).path), "rt", encoding="utf-8") as file:
                    read.setdefault(one["stream"], []).append(list(file))
    return read


def batches(synced: Synced) -> dict[str, list[list[Record]]]:
    """Return the records of each file of the BATCH messages, by stream."""
    return {
        stream: [[json.loads(line) for line in lines] for lines in files]
        for stream, files in batch_files(synced).items()
    }


def batch_config(folder: Path, size: int) -> Record:
    """Return the setting that has batches written into a folder."""
    return {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": folder.as_uri(), "prefix": "batch-"},
        "batch_size": size,
    }


@BOTH
@pytest.mark.parametrize("size", [1, 100, 150, 10_000])
def test_batches(tmp_path: Path, size: int, method: str) -> None:
    """In batches too every customer arrives exactly once, and the state is that of a plain run."""
    catalog = discovered(replication_method=method)
    with SequenceAPI(250) as api:
        plain = sync(api, catalog=catalog)
        synced = sync(api, catalog=catalog, batch_config=batch_config(tmp_path, size))
        wanted = expected(api)
    files = batches(synced)["customers"]
    assert by_id([record for file in files for record in file]) == wanted
    assert not synced.records
    assert max(len(file) for file in files) <= size
    assert synced.bookmark == plain.bookmark
    assert synced.messages[0]["type"] == "SCHEMA"
    assert synced.messages[-1]["type"] == "STATE"


def test_batches_of_a_long_list(tmp_path: Path) -> None:
    """In batches of a list of many pages too every customer arrives exactly once."""
    with SequenceAPI(2500) as api:
        synced = sync(api, batch_config=batch_config(tmp_path, 300))
        wanted = expected(api)
    files = batches(synced)["customers"]
    assert by_id([record for file in files for record in file]) == wanted


def test_batches_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A run in batches logs how many records it sent, as a plain run does."""
    counts = []
    with SequenceAPI(250) as api:
        for batches in (None, batch_config(tmp_path, 100)):
            caplog.clear()
            with caplog.at_level(logging.INFO):
                sync(api, batch_config=batches)
            counts += re.findall(r'"metric": ?"record_count", ?"value": ?(\d+)', caplog.text)
    assert counts == ["250", "250"]


def test_batches_without_customers(tmp_path: Path) -> None:
    """Where there is nothing to batch, no batch is sent, and the run succeeds."""
    with SequenceAPI(0) as api:
        synced = sync(api, batch_config=batch_config(tmp_path, 100))
    assert {one["type"] for one in synced.messages} == {"SCHEMA", "STATE"}


def test_batches_come_before_their_state(tmp_path: Path) -> None:
    """A state amid a batched read tells of no more than the batches before it hold."""
    with SequenceAPI(600) as api:
        synced = sync(api, page_size=50, batch_config=batch_config(tmp_path, 50))
        everybody = {customer.id for customer in api.customers}
        places = [place for place, one in enumerate(synced.messages) if one["type"] == "STATE"]
        assert len(places) >= 12
        for place in places:
            head = Synced(synced.messages[: place + 1])
            held = {record["id"] for file in batches(head)["customers"] for record in file}
            rest = sync(api, page_size=50, state=head.state)
            assert held | set(rest.ids) == everybody


def test_batches_are_selected_mapped_and_flattened(tmp_path: Path) -> None:
    """What batches hold is selected, mapped and flattened like what records hold."""
    options: Record = {
        "catalog": catalog_with("label", selected=False),
        "stream_maps": {
            "customers": {
                "name": "legalName",
                "legalName": None,
                "__filter__": "bool(_.get('url'))",
            },
            "names": {"__source__": "customers", "id": "id", "__else__": None},
        },
        "flattening_enabled": True,
        "flattening_max_depth": 1,
    }
    with SequenceAPI(120) as api:
        plain = sync(api, **options)
        synced = sync(api, **options, batch_config=batch_config(tmp_path, 50))
    wanted: dict[str, list[Record]] = {"customers": [], "names": []}
    for one in plain.messages:
        if one["type"] == "RECORD":
            wanted[one["stream"]].append(one["record"])
    read = {
        stream: [record for file in files for record in file]
        for stream, files in batches(synced).items()
    }
    assert read == wanted
    assert 0 < len(wanted["customers"]) < len(wanted["names"]) == 120
    assert schemas(synced).keys() == schemas(plain).keys()


def test_numbers_in_batches_keep_their_digits(tmp_path: Path) -> None:
    """In batches too a number in a nested field that nobody has heard of keeps its digits."""
    with SequenceAPI(1) as api:
        api.fail(answer_with_numbers())
        synced = sync(api, batch_config=batch_config(tmp_path, 50))
    (lines,) = (lines for lines in batch_files(synced)["customers"])
    (line,) = lines
    assert numbers(line) == list(NUMBERS)
