"""What does the tap make of files, catalogs and states that are not what it expects?"""

from __future__ import annotations

import copy
import io
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies
from hypothesis import settings as examples

from standins.sequence_api import SequenceAPI
from tap_sequence.errors import SequenceError
from tap_sequence.files import read_object
from tap_sequence.tap import TapSequence
from tests.sync import discovered, sync
from tests.tap import ROOT, run, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import DrawFn, SearchStrategy

Json = Any
CONFIG = {"client_id": "an-id", "client_secret": "a-secret"}
OPTIONS = pytest.mark.parametrize("option", ["--config", "--state", "--catalog"])
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")


@pytest.fixture(scope="module")
def api() -> Iterator[SequenceAPI]:
    """Return an API with a few customers, for all tests of this module."""
    with SequenceAPI(3) as started:
        yield started


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the warnings of the runs in this process."""
    return [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]


def said(*arguments: str) -> str:
    """Return what a command line fails with, in this process."""
    result = CliRunner().invoke(TapSequence.get_singer_command(), arguments)
    assert isinstance(result.exception, SequenceError), result.output
    return str(result.exception)


# --- Files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """A file is read in each encoding that editors and shells write JSON in, BOM or not."""
    file = tmp_path / "file.json"
    file.write_bytes(json.dumps({"name": "Zoë 🚀"}, ensure_ascii=False).encode(encoding))
    assert read_object("--config", str(file)) == {"name": "Zoë 🚀"}


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash in place of a file's name is standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"a": 1}')))
    assert read_object("--state", "-") == {"a": 1}


@OPTIONS
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file or directory"),
        (b"", "the file is empty"),
        (b" \r\n", "the file is empty"),
        (b'{\n"a": 1,\n}', "not JSON (line 3)"),
        (b"client_id=x", "not JSON (line 1)"),
        (b'{"a": 1}\n{"b": 2}', "not JSON (line 2)"),
        (b'{"a": "\xff\xfe"}', "not JSON"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"a": %s}' % (b"9" * 5000), "not JSON"),
        (b"[1]", "expected an object, got an array"),
        (b"null", "expected an object, got null"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "nested too deep"),
        (b'{"a":' * 99_999 + b"1" + b"}" * 99_999, "nested too deep"),
    ],
)
def test_unreadable_file(tmp_path: Path, option: str, content: bytes | None, words: str) -> None:
    """A file that can't be read is named with its option, and what is wrong with it."""
    file, config = tmp_path / "file.json", tmp_path / "config.json"
    if content is not None:
        file.write_bytes(content)
    config.write_text(json.dumps(CONFIG))
    assert said("--config", str(config), option, str(file)) == f"{option} {file}: {words}"


@OPTIONS
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", ": the name of the file is empty"),
        (str(ROOT), f" {ROOT}: Is a directory"),
        ('{"client_secret": "planted"}', ": expected the name of a file, got JSON"),
        (' ["planted"]', ": expected the name of a file, got JSON"),
    ],
)
def test_no_file_name(option: str, name: str, words: str) -> None:
    """What is given in place of a file's name is refused, and never printed if it is JSON."""
    assert said(option, name) == f"{option}{words}"


def test_later_files_take_precedence(tmp_path: Path) -> None:
    """Of several files for --config, the later ones take precedence."""
    for name, config in (("a", {"label": "a", "alias": "a"}), ("b", {"label": "b"})):
        (tmp_path / name).write_text(json.dumps(config))
    context, option = None, None
    given = TapSequence.cb_config(context, option, (str(tmp_path / "a"), str(tmp_path / "b")))
    assert given.config == {"label": "b", "alias": "a"}
    assert not given.parse_env


def test_missing_file_at_the_command_line() -> None:
    """A file that isn't there ends the run with exit code 1 and one line."""
    ended = run("--config", "nofile.json")
    assert ended.exit_code == 1
    assert not ended.stdout
    assert ended.last_line == "--config nofile.json: No such file or directory"


# --- The process's surroundings ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "other"),
    [("LOGLEVEL", "TAP_SEQUENCE_LOGLEVEL"), ("TAP_SEQUENCE_LOGLEVEL", "LOGLEVEL")],
)
def test_unknown_log_level(variable: str, other: str) -> None:
    """A log level that doesn't exist is a warning, an empty one is none, and the run goes on."""
    ended = run("--version", environment={variable: "bogus", other: ""})
    assert ended.exit_code == 0
    assert ended.warnings == [f"{variable}: no such level, ignored"]


def test_unreadable_log_configuration(tmp_path: Path) -> None:
    """A configuration of the log that is none ends the run in words that name the variable."""
    file = tmp_path / "logging.yaml"
    file.write_text("version: 2")
    ended = run("--version", environment={"SINGER_SDK_LOG_CONFIG": str(file)})
    assert ended.exit_code == 1
    assert ended.last_line.startswith("SINGER_SDK_LOG_CONFIG: the file holds no configuration")


FULL = Path("/dev/full")


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (">&-", "standard output is closed, and with it the way to the target"),
        ("| :", "the target stopped reading; its own log says why"),
        pytest.param(
            f"> {FULL}",
            "No space left on device",
            marks=pytest.mark.skipif(not FULL.exists(), reason="the system has no such device"),
        ),
    ],
)
def test_nowhere_to_write(output: str, words: str) -> None:
    """Where standard output takes nothing, the run ends with exit code 1 and one line."""
    # What fits into Python's buffer fails last of all
    tap = f"{sys.executable} -m tap_sequence {'--about' if '/' in output else '--discover'}"
    ended = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", f"{{ {tap}; echo $? >&2; }} {output}"],
        cwd=ROOT,
        env={name: of for name, of in os.environ.items() if name != "PYTHONUNBUFFERED"},
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    *log, code = ended.stderr.splitlines()
    assert code == "1"
    assert log[-1].endswith(f" | {words}")
    assert sum(" | ERROR " in line for line in log) == 1


# --- The catalog ---------------------------------------------------------------------------------


def by_hand(**entry: Json) -> Json:
    """Return a catalog that a hand has written."""
    return {"streams": [{"tap_stream_id": "customers", **entry}]}


def of_stream(**metadata: Json) -> Json:
    """Return a catalog with metadata of the stream itself, underscores for hyphens."""
    given = {name.replace("_", "-"): value for name, value in metadata.items()}
    return by_hand(metadata=[{"breadcrumb": [], "metadata": {"selected": True, **given}}])


def of_field(**field: Json) -> Json:
    """Return a catalog whose schema has a field."""
    return by_hand(schema={"properties": {"url": field}})


MALFORMED: list[tuple[Json, str]] = [
    ({}, "streams: expected an array, got null"),
    ({"streams": None}, "streams: expected an array, got null"),
    ({"streams": {}}, "streams: expected an array, got an object"),
    (CONFIG, "streams: expected an array, got null"),
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
def test_malformed_catalog(api: SequenceAPI, catalog: Json, words: str) -> None:
    """A catalog that is none is refused in one line that names the place, before any request."""
    api.clear()
    with pytest.raises(SequenceError) as raised:
        TapSequence(config=settings(api), catalog=catalog)
    assert str(raised.value).startswith("catalog: ")
    assert words in str(raised.value)
    assert str(raised.value).isprintable()
    assert not api.requests


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
    api: SequenceAPI, catalog: Json, caplog: pytest.LogCaptureFixture
) -> None:
    """What a catalog leaves out, or has as null, is as in the tap's own."""
    synced, plain = sync(api, catalog=catalog), sync(api, catalog=discovered())
    assert synced.records == plain.records
    assert synced.messages[0] == plain.messages[0]
    assert synced.state == plain.state
    assert warnings(caplog) == []


def test_schema_without_the_keys(api: SequenceAPI) -> None:
    """What reading itself needs is in the schema and in the records, whatever the catalog has."""
    synced = sync(api, catalog=of_field(type=["string", "null"]))
    properties = synced.messages[0]["schema"]["properties"]
    assert properties.keys() == {"id", "createdAt", "url"}
    assert all(
        {"id", "createdAt"} <= record.keys() <= properties.keys() for record in synced.records
    )


def test_fields_selected_without_the_stream(api: SequenceAPI) -> None:
    """A field that is selected arrives where no metadata says anything of the stream."""
    metadata = [
        {"breadcrumb": ["properties", "legalName"], "metadata": {"selected": True}},
        {"breadcrumb": ["properties", "label"], "metadata": {"selected": False}},
    ]
    records = sync(api, catalog=by_hand(metadata=metadata)).records
    assert len(records) == 3
    assert all("legalName" in record and "label" not in record for record in records)


@pytest.mark.parametrize("given", ["full_table", "Full_Table", "FULL_TABLE"])
@pytest.mark.parametrize("where", ["replication_method", "forced_replication_method", "entry"])
def test_letters_of_the_method(api: SequenceAPI, where: str, given: str) -> None:
    """The replication method is taken without regard to case, wherever it stands."""
    catalog = by_hand(replication_method=given) if where == "entry" else of_stream(**{where: given})
    state = sync(api).state
    # Only a full-table run reads further than the bookmark
    assert len(sync(api, catalog=catalog, state=state, lookback_window=0, page_size=1).ids) == 3
    incremental = by_hand(replication_method="incremental")
    assert len(sync(api, catalog=incremental, state=state, lookback_window=0, page_size=1).ids) < 3


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
        TapSequence(config=CONFIG, catalog=catalog)
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
    api: SequenceAPI, catalog: Json, warned: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A catalog that selects nothing, or has streams that the tap hasn't, is warned of."""
    assert bool(sync(api, catalog=catalog).records) == (NOTHING not in warned)
    assert warnings(caplog) == warned


# --- The state -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def state(api: SequenceAPI) -> Json:
    """Return the state after a whole read."""
    return sync(api).state


def wrapped(state: Json) -> list[Json]:
    """Return the state in the wrappings that it is met in."""
    message = {"type": "STATE", "value": state}
    return [
        message,
        {"singer_state": state},
        {"singer_state": message},
        {**message, "value": message},
        {**state, "type": "STATE", "value": {}, "singer_state": {}},
    ]


@pytest.mark.parametrize("number", range(5))
def test_wrapped_state(
    api: SequenceAPI, state: Json, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A state in a STATE message, or as Meltano prints it, counts as it would alone."""
    api.clear()
    synced = sync(api, state=wrapped(state)[number], page_size=1, lookback_window=0)
    assert synced.state == sync(api, state=state, page_size=1, lookback_window=0).state
    assert synced.messages[0]["value"] == state
    assert warnings(caplog) == []


@pytest.mark.parametrize("empty", [{}, {"bookmarks": {}}, *wrapped({})])
def test_empty_state(api: SequenceAPI, empty: Json, caplog: pytest.LogCaptureFixture) -> None:
    """An empty state is the one of a first run, and nothing is said of it."""
    assert len(sync(api, state=empty).records) == 3
    assert warnings(caplog) == []


STATES: list[tuple[Json, str]] = [
    ({"customers": {}}, "all of it, for lack of bookmarks"),
    ({"type": "STATE", "value": None}, "all of it, null rather than an object"),
    ({"singer_state": {"customers": 1}}, "all of it, for lack of bookmarks"),
    ({"bookmarks": None}, "bookmarks, null rather than an object"),
    ({"bookmarks": []}, "bookmarks, an array rather than an object"),
    ({"bookmarks": "x"}, "bookmarks, a string rather than an object"),
    ({"bookmarks": {"customers": 5}}, "bookmarks.customers, a number rather than an object"),
    ({"bookmarks": {"customers": None}}, "bookmarks.customers, null rather than an object"),
    ({"bookmarks": {"orders": {"partitions": 5}}}, "bookmarks.orders, no stream of this tap"),
    (
        {"bookmarks": {"a\nb": {}, "orders": 5}},
        "bookmarks.a\\nb, no stream of this tap; bookmarks.orders, a number rather than an object",
    ),
]


@pytest.mark.parametrize(("state", "words"), STATES)
def test_state_that_does_not_count(
    api: SequenceAPI, state: Json, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What does not count of a state is named in one warning, and everything is read."""
    assert sorted(sync(api, state=state).ids) == sorted(one.id for one in api.customers)
    (warning,) = warnings(caplog)
    assert warning.startswith(f"Ignored in the state: {words}")
    assert warning.isprintable()


@pytest.mark.parametrize("partitions", [5, [{"context": {"a": 1}}, {"context": {"a": 2}}]])
def test_partitions(api: SequenceAPI, partitions: Json) -> None:
    """What the SDK keeps for streams in parts is read over in a bookmark."""
    bookmark = {"partitions": partitions, "progress_markers": 5}
    synced = sync(api, state={"bookmarks": {"customers": bookmark}})
    assert sorted(synced.ids) == sorted(one.id for one in api.customers)
    assert "partitions" not in synced.bookmark


def test_bookmarks_of_other_streams(api: SequenceAPI, state: Json) -> None:
    """The bookmarks of streams that the tap doesn't have are handed on, beside its own."""
    other = {"orders": {"replication_key_value": 5, "partitions": 5}}
    given = {"bookmarks": {**state["bookmarks"], **other}}
    assert sync(api, state=given).state == given


def test_state_that_is_no_text(api: SequenceAPI) -> None:
    """A state that could not be written again is refused."""
    with pytest.raises(SequenceError, match=r"^state: holds half of a surrogate pair"):
        sync(api, state={"bookmarks": {"orders": {"x": "\ud83d"}}})


# --- Whatever comes ------------------------------------------------------------------------------

WORDS = strategies.sampled_from(
    [
        *("streams", "tap_stream_id", "customers", "metadata", "breadcrumb", "properties", "type"),
        *("schema", "id", "object", "string", "null", "items", "required", "anyOf", "selected"),
        *("inclusion", "automatic", "replication-method", "FULL_TABLE", "key_properties"),
        *("additionalProperties", "bookmarks", "partitions", "value", "singer_state", "STATE", ""),
    ]
)
ANYTHING = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers(-9, 9) | WORDS,
    lambda inner: (
        strategies.lists(inner, max_size=3) | strategies.dictionaries(WORDS, inner, max_size=3)
    ),
    max_leaves=6,
)
CATALOG = by_hand(
    schema={
        "type": "object",
        "properties": {
            "address": {"type": "object", "properties": {"line1": {"type": ["string", "null"]}}},
            "billingEmails": {"type": ["array", "null"], "items": {"type": "string"}},
        },
    },
    metadata=[
        {"breadcrumb": [], "metadata": {"selected": True, "inclusion": "available"}},
        {"breadcrumb": ["properties", "address"], "metadata": {"selected": True}},
    ],
)
STATE: Json = {
    "bookmarks": {
        "customers": {"partitions": [{"context": {}}], "progress_markers": {}},
        "orders": {"partitions": [{"context": {}}], "progress_markers": {}},
    }
}


def places(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value within a JSON value."""
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in children:
        yield (*path, key)
        if isinstance(child, dict | list):
            yield from places(child, (*path, key))


@strategies.composite
def changed(draw: DrawFn, good: Json) -> Json:
    """Draw the good value with something else in one or two of its places, or nothing there."""
    value = copy.deepcopy(good)
    for *path, last in draw(
        strategies.lists(strategies.sampled_from(list(places(good))), min_size=1, max_size=2)
    ):
        at = value
        with suppress(LookupError, TypeError):  # the first change can have taken the place away
            for key in path:
                at = at[key]
            at[last] = draw(ANYTHING)
            if draw(strategies.booleans()):
                del at[last]
    return value


def objects(good: Json) -> SearchStrategy[Json]:
    """Draw JSON objects, most of them near to a good one."""
    return changed(good) | ANYTHING.filter(lambda value: isinstance(value, dict))


@examples(max_examples=80)
@given(catalog=objects(CATALOG), state=objects(STATE))
def test_whatever_comes(catalog: Json, state: Json) -> None:
    """Whatever the catalog and the state hold, the run reads, or fails in words of its own."""
    with SequenceAPI(1) as api, suppress(SequenceError):
        sync(api, catalog=catalog, state=state)
