"""Does the tap do what is asked of a Singer tap, and bring every customer as it was sent?"""

from __future__ import annotations

import json
import re

import pytest

from standins.sequence_api import VERSIONS, SequenceAPI
from tap_sequence.streams import STREAMS
from tests.support.accounts import expected, settings
from tests.support.answers import NUMBERS, numbers_in, numbers_listed
from tests.support.catalogs import discovered
from tests.support.messages import by_id
from tests.support.sync import sync
from tests.support.tap import discover, run

NAMES = sorted(vars(stream)["name"] for stream in STREAMS)

SELECTED = sorted(vars(stream)["name"] for stream in STREAMS if stream.selected_by_default)

BOTH = pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])


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


def test_numbers_keep_their_digits() -> None:
    """A number in a nested field that nobody has heard of keeps its digits."""
    with SequenceAPI(1) as api:
        api.fail(numbers_listed())
        ended = run(config=settings(api))
    assert ended.exit_code == 0
    (line,) = (line for line in ended.stdout.splitlines() if '"RECORD"' in line)
    assert numbers_in(line) == NUMBERS


def test_discover() -> None:
    """`--discover` works without any configuration, and logs nothing alarming."""
    ended = run("--discover")
    assert ended.exit_code == 0
    assert [stream["tap_stream_id"] for stream in json.loads(ended.stdout)["streams"]] == NAMES
    assert {line.split(" | ")[1].strip() for line in ended.stderr.splitlines()} <= {"INFO"}


def test_discovered_catalog() -> None:
    """What `--discover` prints, `--catalog` takes, and nothing changes by it."""
    with SequenceAPI(120, rows=30) as api:
        plain = sync(api, streams=None)
        ended = run(config=settings(api), catalog=discover())
    assert ended.exit_code == 0
    records = json.loads(json.dumps(plain.by_stream, default=float))
    assert ended.by_stream == records
    assert ended.state.keys() == plain.state.keys()
    assert ended.schemas.keys() == plain.schemas.keys() == {*SELECTED}
    assert [ended.schemas[name]["schema"] for name in SELECTED] == [
        plain.schemas[name]["schema"] for name in SELECTED
    ]


@pytest.mark.parametrize("flag", ["--test", "--test=records"])
def test_test(flag: str) -> None:
    """`--test` brings a record of each list, reads no list for it, and reports no error."""
    with SequenceAPI(2500, rows=500) as api:
        ended = run(flag, config=settings(api))
        assert len(api.requests) < 5 * len(NAMES)
    assert ended.exit_code == 0
    assert [one["stream"] for one in ended.messages if one["type"] == "RECORD"] == NAMES
    assert " | ERROR " not in ended.stderr
    assert "failed" not in ended.stderr


def test_test_without_customers() -> None:
    """`--test` succeeds on an account that has nothing."""
    with SequenceAPI(0, rows=0) as api:
        ended = run("--test", config=settings(api))
    assert ended.exit_code == 0
    assert not ended.records


def test_test_refused() -> None:
    """`--test` fails where a run would, and says what to change."""
    with SequenceAPI(3) as api:
        ended = run("--test", config=settings(api, client_secret="wrong"))  # noqa: S106  it is
    assert ended.exit_code == 1
    assert re.match("GET /[a-z-]+: 401 ", ended.last_line)
    assert "client_secret" in ended.last_line


def test_test_schema() -> None:
    """`--test=schema` writes the schema, selected or not, and asks the API for nothing."""
    with SequenceAPI(3) as api:
        ended = run("--test=schema", config=settings(api))
        assert not api.requests
    assert ended.exit_code == 0
    assert [one["type"] for one in ended.messages] == ["SCHEMA"] * len(NAMES)
    assert all(one["schema"]["properties"] for one in ended.messages)


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
    assert added.id in second.ids
    assert len(second.records) < 10
    assert second.bookmark["replication_key_value"] == second.records[0]["createdAt"]
