"""What becomes of the other streams where one can't be read?"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from singer_sdk import typing as th

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tap_sequence.singer.stream import SequenceStream
from tests.support.sync import Synced, sync_declared

SCHEMA = th.PropertiesList(th.Property("id", th.StringType, required=True)).to_dict()


class Listed(SequenceStream):
    """The customers, in full, under another name."""

    path = "/customers"
    primary_keys: ClassVar[tuple[str, ...]] = ("id",)
    schema: ClassVar[dict[str, Any]] = SCHEMA


class First(Listed):
    """The stream that is read first."""

    name = "a_first"


class Missing(Listed):
    """A list that isn't there."""

    name = "b_missing"
    path = "/nowhere"


class Last(Listed):
    """The stream that is read last."""

    name = "c_last"


class Newer(Listed):
    """A list that only the last version has."""

    name = "d_newer"
    path = "/nowhere"
    versions = frozenset({"2024-07-30"})


def delivered(synced: Synced) -> list[str]:
    """Return the names of the streams that delivered something, in order."""
    names = [one["stream"] for one in synced.messages if one["type"] == "RECORD"]
    return list(dict.fromkeys(names))


def failing(api: SequenceAPI, *streams: type[SequenceStream], **options: Any) -> tuple[Synced, str]:
    """Run a tap that has these streams, and return what it wrote and how it ended."""
    synced = Synced()
    with pytest.raises(SequenceError) as raised:
        sync_declared(api, *streams, into=synced, **options)
    return synced, str(raised.value)


def test_the_others_are_read(few: SequenceAPI, caplog: pytest.LogCaptureFixture) -> None:
    """Where one list can't be read, the others are, and the run fails, naming it."""
    synced, ended = failing(few, First, Missing, Last)
    assert delivered(synced) == ["a_first", "c_last"]
    assert "b_missing" not in synced.state["bookmarks"]
    assert ended == "1 of 3 streams failed, for the reasons above: b_missing"
    (line,) = (one.message for one in caplog.records if one.levelname == "ERROR")
    assert line.startswith(
        "b_missing failed, going on with the others: GET /nowhere: 404 Not Found"
    )


def test_a_single_stream_fails_in_its_own_words(few: SequenceAPI) -> None:
    """Where one stream alone is read, its failure is the run's."""
    _, ended = failing(few, Missing)
    assert ended.startswith("GET /nowhere: 404 Not Found")


def test_a_refused_key_ends_the_run(few: SequenceAPI) -> None:
    """Where the key is refused, no other list is asked for."""
    synced, ended = failing(few, First, Last, client_secret="wrong")  # noqa: S106
    assert delivered(synced) == []
    assert ended.startswith("GET /customers: 401")
    assert len(few.requests) == 1


@pytest.mark.usefixtures("waits")
def test_no_connection_ends_the_run(few: SequenceAPI) -> None:
    """Where nothing can be reached, it is not tried once more for each stream."""
    _, ended = failing(few, First, Last, api_url="http://127.0.0.1:9/api")
    assert "no connection to 127.0.0.1:9" in ended


@pytest.mark.usefixtures("waits")
def test_too_many_requests_end_the_run(few: SequenceAPI) -> None:
    """Where the key's limit stays exceeded, no other list is asked for."""
    few.fail(faults.status(429), 100)
    _, ended = failing(few, First, Last)
    assert ended.startswith("GET /customers: 429")
    assert len(few.requests) == 10


@pytest.mark.usefixtures("waits")
def test_an_api_that_is_down_ends_the_run(few: SequenceAPI) -> None:
    """Where two lists in a row get no answer, and no other did in between, the run ends."""
    few.fail(faults.status(503), 100)
    _, ended = failing(few, First, Last, Missing)
    assert ended.startswith("GET /customers: 503")
    assert len(few.requests) == 20


@pytest.mark.usefixtures("waits")
def test_a_list_that_is_down_is_left_out(few: SequenceAPI) -> None:
    """Where one list gets no answer, the next one is read."""
    few.fail(faults.status(503), 10)
    synced, ended = failing(few, First, Last)
    assert delivered(synced) == ["c_last"]
    assert ended == "1 of 2 streams failed, for the reasons above: a_first"


def test_a_list_that_the_version_lacks(few: SequenceAPI, caplog: pytest.LogCaptureFixture) -> None:
    """A list that the version asked for doesn't have is not asked for, with a warning."""
    synced = sync_declared(few, First, Newer, api_version="2024-01-01")
    assert delivered(synced) == ["a_first"]
    assert {request.path for request in few.requests} == {"/api/customers"}
    assert "Skipping d_newer, which version 2024-01-01 of the API does not have" in caplog.messages


def test_a_list_that_the_version_of_the_key_lacks(caplog: pytest.LogCaptureFixture) -> None:
    """A list that the version the key is pinned to doesn't have is skipped, with a warning."""
    with SequenceAPI(3, version="2024-05-09") as api:
        synced = sync_declared(api, First, Newer)
    assert delivered(synced) == ["a_first"]
    assert "Skipping d_newer, which version 2024-05-09 of the API does not have" in caplog.messages


def test_a_list_that_the_version_should_have(few: SequenceAPI) -> None:
    """A list that isn't there although the version has it is an error."""
    _, ended = failing(few, Newer)
    assert ended.startswith("GET /nowhere: 404 Not Found")
