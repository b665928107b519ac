"""Are the stand-in's event logs what the API's documents say, and what a test makes them?"""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import requests

from standins.sequence_api import VERSIONS, SequenceAPI
from standins.sequence_api.lists import EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGS = {description.name: description for description in EVENTS}
EACH = [(name, version) for name, one in LOGS.items() for version in one.versions]
TIMED = ("usage_events", "seat_events")


@pytest.fixture(scope="module")
def api() -> Iterator[SequenceAPI]:
    """An account that no test changes, with some hundred rows in every log."""
    with SequenceAPI(50, rows=300) as started:
        yield started


def get(
    api: SequenceAPI, name: str, version: str = VERSIONS[-1], **parameters: Any
) -> requests.Response:
    """One answer, whatever it is."""
    return requests.get(
        f"{api.url}{api[name].endpoint.path}?{urlencode(parameters)}",
        auth=(api.client_id, api.client_secret),
        headers={"Sequence-Version": version},
        timeout=5,
    )


def read(api: SequenceAPI, name: str, **parameters: Any) -> list[dict[str, Any]]:
    """The items of all pages."""
    items: list[dict[str, Any]] = []
    while True:
        page = get(api, name, **{"limit": 100, **parameters}).json()
        items += page["items"]
        if not (after := page["pagination"].get("after")):
            return items
        parameters["after"] = after


def time_of(identity: str) -> int:
    """The milliseconds since 1970 that an id holds."""
    return int(identity.replace("-", "")[:12], 16)


def happened(item: dict[str, Any]) -> datetime:
    """When an event happened."""
    return datetime.fromisoformat(item["eventTimestamp"])


def lags(api: SequenceAPI, name: str) -> list[timedelta]:
    """How long after it happened each event was created."""
    return [
        datetime.fromtimestamp(time_of(item["id"]) / 1000, UTC) - happened(item)
        for item in read(api, name)
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", LOGS)
def test_each_version_has_its_logs(api: SequenceAPI, name: str, version: str) -> None:
    """A log is there in the versions that document it; in others it answers 404."""
    answer = get(api, name, version)
    assert answer.status_code == (200 if (name, version) in EACH else 404)


@pytest.mark.parametrize(("name", "version"), EACH)
def test_events_have_the_fields_of_their_version(api: SequenceAPI, name: str, version: str) -> None:
    """Events have each field that their version describes, and no other."""
    items: list[Any] = api[name].listed(version)
    letters = dict(LOGS[name].shape.paths(version))
    there = set().union(*items)
    assert there == {path for path in letters if "." not in path and "[" not in path}
    for field in there:
        assert letters[field] != "R" or all(item[field] is not None for item in items)


def test_logs_are_in_proportion_to_the_customers() -> None:
    """Each log has some hundred rows beside the usual customers, and is told by its name."""
    api = SequenceAPI()
    assert api.logs == tuple(LOGS)
    assert [len(api[name].rows) for name in api.logs] == [400, 250, 300]


@pytest.mark.parametrize("name", LOGS)
def test_ids_hold_the_creation_time(api: SequenceAPI, name: str) -> None:
    """Ids are UUIDs of version 7, and their times are in the order of the log."""
    ids = [item["id"] for item in read(api, name)]
    assert len(set(ids)) == 300
    assert {key[14] for key in ids} == {"7"}
    times = [time_of(key) for key in ids]
    assert times == sorted(times, reverse=True)
    assert ids[::-1] == [item["id"] for item in read(api, name, sortOrder="ASC")]
    assert times == [row.micros // 1000 for row in reversed(api[name].rows)]


@pytest.mark.parametrize("name", LOGS)
def test_a_creation_time_can_be_given(name: str) -> None:
    """A row that is said to be created at a time has an id of that time, and its place."""
    log = SequenceAPI(5, rows=5)[name]
    (row,) = log.add(created_at="2025-01-02T03:04:05.678Z")
    assert time_of(row.id) == 1735787045678
    assert log.rows.index(row) == sum(each.micros < row.micros for each in log.rows)


@pytest.mark.parametrize("name", LOGS)
def test_ids_can_hold_no_time(name: str) -> None:
    """On demand ids are UUIDs of version 4; not once the log has been used."""
    api = SequenceAPI(5, rows=5)
    api[name].ids = "v4"
    api[name].add(2)
    assert {row.id[14] for row in api[name].rows} == {"4"}
    with pytest.raises(RuntimeError, match="used already"):
        api[name].ids = "v7"


@pytest.mark.parametrize("name", TIMED)
def test_late_events(api: SequenceAPI, name: str) -> None:
    """Some events are created days or months after they happened, most within the hour."""
    found = lags(api, name)
    assert sum(lag > timedelta(days=30) for lag in found) >= 3
    assert sum(timedelta(days=1) < lag < timedelta(days=30) for lag in found) >= 10
    assert sum(lag < timedelta(hours=1) for lag in found) > 200
    assert all(lag > timedelta(milliseconds=-1) for lag in found)


@pytest.mark.parametrize("name", TIMED)
def test_superseding_events(api: SequenceAPI, name: str) -> None:
    """Some events have the own id of an earlier one, and say another thing of its customer."""
    values = defaultdict(list)
    for item in read(api, name):
        values[item["customerEventId"]].append(item)
    several = [items for items in values.values() if len(items) > 1]
    assert 10 < len(several) < 100
    field = "total" if name == "seat_events" else "eventProperties"
    assert all(items[0][field] != items[1][field] for items in several)
    assert all(len({item["customerAlias"] for item in items}) == 1 for items in several)


@pytest.mark.parametrize("name", TIMED)
def test_events_name_a_customer_by_id_or_alias(api: SequenceAPI, name: str) -> None:
    """An event's alias is a customer's id, or another name of one."""
    ids = {row.id for row in api.customers}
    aliases = {row.fields["value"] for row in api["customer_aliases"].rows}
    named = {item["customerAlias"] for item in read(api, name)}
    assert named <= ids | aliases
    assert named & ids
    assert named & aliases


@pytest.mark.parametrize("name", TIMED)
def test_filters_on_the_time_of_the_event(name: str) -> None:
    """Both filters leave that very time out, or on demand let it through."""
    with SequenceAPI(5, rows=50) as api:
        times = sorted(map(happened, read(api, name)))
        low, high = times[10], times[40]
        bounds: dict[str, Any] = {
            "eventTimestampAfter": low.isoformat(),
            "eventTimestampBefore": high.isoformat(),
        }
        inside = sorted(map(happened, read(api, name, **bounds)))
        assert inside == [time for time in times if low < time < high]
        assert len(api[name].listed(**bounds)) == len(inside)
        api[name].inclusive = True
        inside = sorted(map(happened, read(api, name, **bounds)))
        assert inside == [time for time in times if low <= time <= high]


@pytest.mark.parametrize("name", TIMED)
def test_the_log_can_be_sorted_by_the_time_of_the_event(name: str) -> None:
    """On demand a log is sorted by when events happened, which is not how they were created."""
    with SequenceAPI(5, rows=100) as api:
        api[name].sorted_by = "eventTimestamp"
        api[name].add(3, event_timestamp="2025-06-01T00:00:00Z")
        items = read(api, name, limit=17)
    assert len({item["id"] for item in items}) == 103
    times = list(map(happened, items))
    assert times == sorted(times, reverse=True)
    assert any(time_of(a["id"]) < time_of(b["id"]) for a, b in itertools.pairwise(items))


def test_events_can_be_given() -> None:
    """A test says what new events are; they are the newest."""
    log = SequenceAPI(5)["usage_events"]
    added = log.add(3, event_timestamp="2025-03-01T00:00:00Z", customer_event_id="mine")
    newest: list[Any] = log.listed()[:3]
    assert [item["id"] for item in newest] == [row.id for row in reversed(added)]
    assert {item["customerEventId"] for item in newest} == {"mine"}
    assert {item["eventTimestamp"] for item in newest} == {"2025-03-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("usage_events", {"eventTimestampAfter": "2025-01-01"}),
        ("usage_events", {"createdAfter": "2025-01-01T00:00:00Z"}),
        ("usage_events", {"sortOrder": "up"}),
        ("seat_events", {"eventTimestampBefore": "yesterday"}),
        ("seat_events", {"eventType": "api_call"}),
        ("activity_logs", {"sortBy": "createdAt"}),
        ("activity_logs", {"limit": "101"}),
    ],
)
def test_wrong_parameters(api: SequenceAPI, name: str, wrong: dict[str, str]) -> None:
    """What a log does not document, or a value that can't be, is refused by name."""
    answer = get(api, name, **wrong)
    assert answer.status_code == 400
    assert [error["key"] for error in answer.json()["errors"]] == list(wrong)
