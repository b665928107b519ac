"""What does the tap remember from run to run, and when does it count?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tests.sync import Synced, discovered, sync

BOOKMARK_ALONE = {"replication_key", "replication_key_value", "scope"}


class Killed(BaseException):
    """The process ends here."""


def killed_after(records: int, api: SequenceAPI, **options: Any) -> Synced:
    """Run the tap until it has written so many records."""
    synced = Synced()

    def see(message: dict[str, Any]) -> None:
        if message["type"] == "RECORD" and len(synced.records) >= records:
            raise Killed

    with pytest.raises(Killed):
        sync(api, see=see, into=synced, **options)
    return synced


def stored(synced: Synced) -> set[str]:
    """Return the ids that a target has stored when it has confirmed the last state."""
    last = max(n for n, one in enumerate(synced.messages) if one["type"] == "STATE")
    return {one["record"]["id"] for one in synced.messages[:last] if one["type"] == "RECORD"}


def ids(api: SequenceAPI) -> set[str]:
    """Return the ids of all customers."""
    return {customer.id for customer in api.customers}


def test_the_bookmark_is_the_newest_creation_time() -> None:
    """After a read the bookmark is the newest creation time, in the fixed-width form."""
    with SequenceAPI(
        [{"createdAt": "2025-03-01T10:00:00.5Z"}, {"createdAt": "2025-03-01T10:00:00Z"}]
    ) as api:
        assert sync(api).bookmark["replication_key_value"] == "2025-03-01T10:00:00.500000Z"


@pytest.mark.parametrize("customers", [0, 1, 250, 1500])
def test_a_complete_read_leaves_the_bookmark_alone(customers: int) -> None:
    """A complete read leaves the bookmark and its scope in the state, and no trace of itself."""
    with SequenceAPI(customers) as api:
        first = sync(api)
        again = sync(api, state=first.state)
        assert set(first.bookmark) <= BOOKMARK_ALONE
        assert again.bookmark == first.bookmark


def test_the_bookmark_never_lies_in_the_future() -> None:
    """A customer from the future does not hide those that are created until then."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with SequenceAPI([{"createdAt": f"{tomorrow:%Y-%m-%dT%H:%M:%S}Z"}]) as api:
        first = sync(api)
        now = datetime.now(UTC)
        assert first.bookmark["replication_key_value"] <= f"{now:%Y-%m-%dT%H:%M:%S.%f}Z"
        newcomer = api.add(created_at=f"{now + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}Z")[0]
        assert newcomer.id in sync(api, state=first.state).ids


def test_the_bookmark_never_goes_back() -> None:
    """The bookmark stays where it is when the newest customers are no longer listed."""
    with SequenceAPI(50) as api:
        first = sync(api, include_archived=False)
        for customer in api.customers[-20:]:
            api.archive(customer.id)
        assert sync(api, include_archived=False, state=first.state).bookmark == first.bookmark


def test_equal_creation_times_are_not_lost() -> None:
    """Customers that share the bookmark's creation time with delivered ones still arrive."""
    same = {"createdAt": "2025-03-01T10:00:00Z"}
    with SequenceAPI([same] * 30) as api:
        first = sync(api, page_size=10, lookback_window=0)
        late = {api.add(created_at=same["createdAt"])[0].id for _ in range(30)}
        assert late <= set(sync(api, page_size=10, lookback_window=0, state=first.state).ids)


def test_late_commits_within_the_lookback_window_arrive() -> None:
    """A customer that becomes visible late arrives if its creation lies in the lookback window."""
    with SequenceAPI([{"createdAt": "2025-03-01T10:00:00Z"}]) as api:
        first = sync(api)
        late = api.add(created_at="2025-03-01T09:50:01Z")[0]
        later = api.add(created_at="2025-03-01T09:49:59Z")[0]
        again = sync(api, state=first.state)
        assert late.id in again.ids
        assert later.id not in again.ids
        assert later.id in sync(api, state=first.state, lookback_window=602).ids


@pytest.mark.parametrize("records", [101, 450, 799, 1250, 1499])
def test_a_killed_first_load_is_carried_on(records: int) -> None:
    """A first load that was killed goes on where the target's copy ends."""
    with SequenceAPI(1500) as api:
        killed = killed_after(records, api)
        api.clear()
        newcomer = api.add()[0]
        resumed = sync(api, state=killed.state)
        assert stored(killed) | set(resumed.ids) == ids(api)
        assert newcomer.id in resumed.ids
        assert len(stored(killed) & set(resumed.ids)) <= 300
        assert set(resumed.bookmark) == BOOKMARK_ALONE


def test_two_interruptions_in_a_row_lose_nothing() -> None:
    """A run that is killed while it reads what is new leaves both stretches to the next."""
    with SequenceAPI(1500) as api:
        first = killed_after(700, api)
        api.add(600)
        second = killed_after(300, api, state=first.state)
        assert len(second.bookmark["interrupted_read"]["spans"]) == 2
        third = sync(api, state=second.state)
        assert stored(first) | stored(second) | set(third.ids) == ids(api)
        assert len(third.ids) <= 1500 - 700 + 600 - 300 + 500
        assert set(third.bookmark) == BOOKMARK_ALONE


def test_a_killed_incremental_read_is_carried_on() -> None:
    """An incremental read that was killed goes on, and keeps the bookmark until it is complete."""
    with SequenceAPI(300) as api:
        first = sync(api)
        api.add(700)
        killed = killed_after(350, api, state=first.state)
        value = killed.bookmark["replication_key_value"]
        assert value == first.bookmark["replication_key_value"]
        resumed = sync(api, state=killed.state)
        assert {*first.ids, *stored(killed), *resumed.ids} == ids(api)
        assert len(resumed.ids) <= 760


def test_a_killed_full_table_read_is_carried_on() -> None:
    """A full-table read that was killed goes on, and neither uses nor moves the bookmark."""
    full_table = discovered(replication_method="FULL_TABLE")
    with SequenceAPI(1500) as api:
        first = sync(api)
        killed = killed_after(800, api, state=first.state, catalog=full_table)
        resumed = sync(api, state=killed.state, catalog=full_table)
        assert stored(killed) | set(resumed.ids) == ids(api)
        assert len(resumed.ids) <= 1000
        assert resumed.bookmark == first.bookmark


def test_a_refused_cursor_costs_a_full_read(caplog: pytest.LogCaptureFixture) -> None:
    """A cursor of an earlier run that the API refuses costs a full read and a warning."""
    with SequenceAPI(1500) as api:
        killed = killed_after(450, api)
        span = killed.bookmark["interrupted_read"]["spans"][0]
        cursors = [span[name] for name in ("after", "after_ascending") if name in span]
        api.fail(
            faults.cursor_refused(),
            len(cursors),
            lambda request: request.query.get("after") in cursors,
        )
        assert set(sync(api, state=killed.state).ids) == ids(api)
    assert "no longer accepts the cursor of the interrupted read" in caplog.text


def test_a_cursor_refused_in_the_middle_of_a_run_fails_it() -> None:
    """A cursor that this run was given, and that is refused, ends it with an error."""
    with SequenceAPI(300) as api:
        api.fail(faults.cursor_refused(), skip=1)
        with pytest.raises(SequenceError, match="400 Bad Request"):
            sync(api)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"billing_status": "ACTIVE"}, {}),
        ({}, {"label": "x"}),
        ({"include_archived": False}, {}),
        ({"start_date": "2025-06-01"}, {}),
        ({"start_date": "2025-06-01"}, {"start_date": "2025-01-01"}),
    ],
)
def test_a_bookmark_under_other_filters_does_not_count(
    before: dict[str, Any], after: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A bookmark that was taken when less was let through is told of, and all is read."""
    with SequenceAPI(120) as api:
        first = sync(api, **before)
        again = sync(api, state=first.state, **after)
        assert again.ids == sync(api, **after).ids
        assert "reading in full" in caplog.text
        assert again.bookmark["scope"] == sync(api, **after).bookmark["scope"]


def test_a_later_start_date_keeps_the_bookmark() -> None:
    """A bookmark still counts when the start date moves to a later time."""
    with SequenceAPI(250) as api:
        first = sync(api)
        api.clear()
        sync(api, state=first.state, start_date="2025-06-01")
        assert len(api.requests) == 1


def test_an_interrupted_read_under_other_filters_is_not_carried_on() -> None:
    """What was read under other filters is not missing from what is read now."""
    with SequenceAPI(300) as api:
        killed = killed_after(150, api, include_archived=False)
        assert set(sync(api, state=killed.state).ids) == ids(api)


@pytest.mark.parametrize(
    "left",
    [
        "yes",
        {},
        {"replication_method": "INCREMENTAL", "scope": {"filters": ""}, "newest": "", "spans": []},
        {"replication_method": "INCREMENTAL", "spans": [{"until": "zzz"}]},
        {
            "replication_method": "INCREMENTAL",
            "scope": {"filters": "8146647c41b24b40"},
            "newest": "2025-01-01",
            "again": "2025-01-01",
            "spans": [{"finished": True}],
        },
    ],
)
def test_a_mangled_interrupted_read_is_not_carried_on(left: object) -> None:
    """What cannot be understood of an interrupted read costs a full read, and nothing else."""
    with SequenceAPI(150) as api:
        state = {"bookmarks": {"customers": {"interrupted_read": left}}}
        assert set(sync(api, state=state).ids) == ids(api)


@pytest.mark.parametrize(
    "value", ["2025-09-01T00:00:00Z", "2025-09-01", "2025-09-01T02:00:00+02:00"]
)
def test_a_bookmark_of_another_tap_counts(value: str) -> None:
    """A bookmark without a scope, in any ISO 8601 form, is taken as it is."""
    with SequenceAPI(300) as api:
        state = {
            "bookmarks": {
                "customers": {"replication_key": "createdAt", "replication_key_value": value}
            }
        }
        run = sync(api, state=state, lookback_window=0)
        expected = [r for r in sync(api).records if r["createdAt"] >= "2025-09-01T00:00:00.000000Z"]
        assert run.records == expected


@pytest.mark.parametrize("value", ["yesterday", 5])
def test_a_bookmark_that_is_no_time_fails_the_run(value: object) -> None:
    """A bookmark that is no time ends the run with an error that shows it."""
    state = {
        "bookmarks": {"customers": {"replication_key": "createdAt", "replication_key_value": value}}
    }
    with SequenceAPI(1) as api, pytest.raises(SequenceError, match=f"{value!r}, which is no time"):
        sync(api, state=state)


def test_each_page_is_followed_by_a_state() -> None:
    """No more than a page is written between two states."""
    with SequenceAPI(1500) as api:
        kinds = [one["type"] for one in sync(api).messages]
    states = [n for n, kind in enumerate(kinds) if kind == "STATE"]
    assert max(later - earlier for earlier, later in pairwise([0, *states])) <= 101


def test_what_is_read_again_is_bounded() -> None:
    """A killed load of customers that were all created within the lookback window goes on too."""
    with SequenceAPI([{"createdAt": f"2025-03-01T10:00:00.{n:06}Z"} for n in range(3000)]) as api:
        killed = killed_after(2000, api)
        resumed = sync(api, state=killed.state)
        assert stored(killed) | set(resumed.ids) == ids(api)
        assert len(resumed.ids) <= 1000 + 1000 + 200
