"""Do events arrive, late ones and superseding ones too, whatever their ids and their order?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.times import parse, time_of, utc_text
from tests.support.logs import warnings
from tests.support.sync import sync

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rows import Row

EVENTS = ["usage_events", "seat_events"]


@pytest.fixture
def api() -> Iterator[SequenceAPI]:
    """Provide an account with several pages of events."""
    with SequenceAPI(20, rows={"usage_events": 250, "seat_events": 250}) as api:
        yield api


def there(api: SequenceAPI, name: str) -> set[str]:
    """Return the ids of the events that there are."""
    return {cast("Row", row)["id"] for row in api[name].listed()}


@pytest.mark.parametrize("name", EVENTS)
def test_the_creation_time_is_the_one_in_the_id(name: str, api: SequenceAPI) -> None:
    """Every event arrives with the time that its id holds, and the newest one is the bookmark."""
    synced = sync(api, streams=(name,))
    assert {*synced.ids} == there(api, name)
    assert all(row["createdAt"] == time_of(row["id"]) for row in synced.records)
    bookmark = synced.state["bookmarks"][name]
    assert bookmark["replication_key_value"] == max(row["createdAt"] for row in synced.records)


@pytest.mark.parametrize("name", [*EVENTS, "activity_logs"])
def test_nothing_new_costs_one_request(name: str, api: SequenceAPI) -> None:
    """Where there is nothing new, one request says so."""
    first = sync(api, streams=(name,))
    api.clear()
    sync(api, streams=(name,), state=first.state)
    assert len(api.requests) == 1


@pytest.mark.parametrize("name", EVENTS)
def test_late_events_and_those_that_supersede_others_arrive(name: str, api: SequenceAPI) -> None:
    """What happened months ago, or repeats the id of an earlier event, comes with the next run."""
    first = sync(api, streams=(name,), lookback_window=0)
    earlier = cast("Row", api[name].listed()[200])
    api[name].add(event_timestamp="2024-03-01T00:00:00Z")
    api[name].add(
        customer_event_id=earlier["customerEventId"], event_timestamp=earlier["eventTimestamp"]
    )
    api.clear()
    second = sync(api, streams=(name,), lookback_window=0, state=first.state)
    assert len(api.requests) == 1
    assert {*first.ids, *second.ids} == there(api, name)
    rows = {row["id"]: row for row in [*first.records, *second.records]}
    same = [row for row in rows.values() if row["customerEventId"] == earlier["customerEventId"]]
    assert max(same, key=lambda row: row["createdAt"])["id"] != earlier["id"]


def test_a_time_of_creation_that_the_api_sends_counts(api: SequenceAPI) -> None:
    """Should the API come to send `createdAt`, it is that, and not the time in the id."""

    def dated(page: dict[str, Any]) -> None:
        for place, item in enumerate(page["items"]):
            item["createdAt"] = f"2030-01-01T00:00:00.{999 - place:03}Z"

    api.fail(faults.answer(dated), None)
    rows = sync(api, streams=("usage_events",), page_size=100).records
    assert {row["createdAt"][:19] for row in rows} == {"2030-01-01T00:00:00"}


@pytest.mark.parametrize("name", EVENTS)
def test_ids_that_hold_no_time(
    name: str, api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Where ids hold no time each run reads all events, and says so."""
    api[name].ids = "v4"
    first = sync(api, streams=(name,))
    api[name].add(3)
    second = sync(api, streams=(name,), state=first.state)
    assert {*second.ids} == there(api, name)
    assert all(row["createdAt"] is None for row in second.records)
    assert (
        warnings(caplog)
        == [f"None of the {name} has a creation time, so each run delivers all {name}"] * 2
    )


@pytest.mark.parametrize("name", EVENTS)
def test_events_in_the_order_in_which_they_happened(
    name: str, api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the list is sorted by another time, each run reads all of it, and says so."""
    api[name].sorted_by = "eventTimestamp"
    first = sync(api, streams=(name,))
    late = {row.id for row in api[name].add(2, event_timestamp="2024-03-01T00:00:00Z")}
    api.clear()
    second = sync(api, streams=(name,), state=first.state)
    assert late <= {*second.ids}
    assert len(api.requests) == 3
    assert {*first.ids, *second.ids} == there(api, name)
    said = f"The list of {name} is not newest first, as was asked for: it was read to its end"
    assert warnings(caplog).count(said) == 2


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("name", EVENTS)
def test_start_date_is_the_time_at_which_an_event_happened(
    name: str,
    inclusive: bool,  # noqa: FBT001  a parameter of the test
    api: SequenceAPI,
) -> None:
    """Events that happened at `start_date` or later arrive, and no others, whenever created."""
    api[name].inclusive = inclusive
    middle = cast("Row", api[name].listed()[100])["eventTimestamp"]
    start = parse(middle)
    just_before = utc_text(start - timedelta(milliseconds=1))
    api[name].add(event_timestamp=just_before)
    api[name].add(event_timestamp=utc_text(start - timedelta(microseconds=1)))
    synced = sync(api, streams=(name,), start_date=middle)
    rows = cast("list[Row]", api[name].listed())
    assert {*synced.ids} == {row["id"] for row in rows if parse(row["eventTimestamp"]) >= start}


def test_an_earlier_start_date_has_all_read_again(api: SequenceAPI) -> None:
    """What an earlier run left out arrives once `start_date` lies before it; and not otherwise."""
    rows = cast("list[Row]", api["usage_events"].listed())
    times = sorted(parse(row["eventTimestamp"]) for row in rows)
    early, late = utc_text(times[50]), utc_text(times[150])
    first = sync(api, streams=("usage_events",), start_date=late)
    api.clear()
    sync(api, streams=("usage_events",), start_date=late, state=first.state)
    assert len(api.requests) == 1
    second = sync(api, streams=("usage_events",), start_date=early, state=first.state)
    assert {*second.ids} == {row["id"] for row in rows if parse(row["eventTimestamp"]) >= times[50]}
