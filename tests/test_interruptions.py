"""Does a run go on where an earlier one was cut short?"""

from __future__ import annotations

import copy
from itertools import pairwise

import pytest

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tests.support.accounts import ids
from tests.support.catalogs import discovered
from tests.support.interruptions import killed_after, killed_between_ends
from tests.support.sync import Synced, merged, sync


@pytest.mark.parametrize("records", [101, 450, 799, 1250, 1499])
def test_a_killed_first_load_is_carried_on(records: int) -> None:
    """A first load that was killed goes on where the target's copy ends."""
    with SequenceAPI(1500) as api:
        killed = killed_after(records, api)
        api.clear()
        newcomer = api.add()[0]
        resumed = sync(api, state=killed.state)
        assert killed.stored | set(resumed.ids) == ids(api)
        assert newcomer.id in resumed.ids
        assert len(killed.stored & set(resumed.ids)) <= 300
        assert resumed.at_rest


def test_two_interruptions_in_a_row_lose_nothing() -> None:
    """Runs that are killed one after the other go on where the one before came to."""
    with SequenceAPI(1500) as api:
        first = killed_after(400, api)
        api.add(600)
        second = killed_after(600, api, state=first.state)
        third = sync(api, state=second.state)
        assert first.stored | second.stored | set(third.ids) == ids(api)
        assert not first.stored & second.stored
        assert third.at_rest


def test_a_killed_incremental_read_is_carried_on() -> None:
    """An incremental read that was killed goes on, and keeps the bookmark until it is complete."""
    with SequenceAPI(300) as api:
        first = sync(api)
        api.add(700)
        killed = killed_after(350, api, state=first.state, lookback_window=0)
        value = killed.bookmark["replication_key_value"]
        assert value == first.bookmark["replication_key_value"]
        resumed = sync(api, state=killed.state, lookback_window=0)
        assert {*first.ids, *killed.stored, *resumed.ids} == ids(api)
        assert len(resumed.ids) <= 1 + 400 + 1 + 1


def test_a_killed_full_table_read_is_carried_on() -> None:
    """A full-table read that was killed goes on, and neither uses nor moves the bookmark."""
    full_table = discovered(replication_method="FULL_TABLE")
    with SequenceAPI(1500) as api:
        first = sync(api)
        killed = killed_after(800, api, state=first.state, catalog=full_table)
        resumed = sync(api, state=killed.state, catalog=full_table)
        assert killed.stored | set(resumed.ids) == ids(api)
        assert len(resumed.ids) <= 1000
        assert resumed.bookmark == first.bookmark


LOST = [faults.cursor_refused(), faults.status(504), faults.body("{}", "application/json")]


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("fault", LOST, ids=["refused", "never answered", "no page"])
def test_a_remembered_cursor_that_leads_nowhere_costs_a_full_read(
    fault: faults.Fault, caplog: pytest.LogCaptureFixture
) -> None:
    """A cursor of an earlier run that can't be gone on at costs a full read and a warning."""
    with SequenceAPI(1500) as api:
        killed = killed_between_ends(api)
        (left,) = killed.bookmark["interrupted_reads"]
        cursors = [left[end]["cursor"] for end in ("from_newest", "from_oldest")]
        api.clear()
        api.fail(
            fault,
            None,
            lambda request: (
                request.query.get("after") in cursors
                and all("after" in one.query for one in api.requests)
            ),
        )
        assert set(sync(api, state=killed.state).ids) == ids(api)
    assert (
        "customers: the interrupted read cannot be resumed, reading anew: GET /customers"
        in caplog.text
    )


def test_a_remembered_cursor_of_the_oldest_end_that_leads_nowhere_costs_that_end() -> None:
    """Where only the oldest end can't be gone on from, the newest goes on where it was."""
    with SequenceAPI(1500) as api:
        killed = killed_between_ends(api)
        (left,) = killed.bookmark["interrupted_reads"]
        cursor = left["from_oldest"]["cursor"]
        api.fail(faults.cursor_refused(), None, lambda one: one.query.get("after") == cursor)
        api.clear()
        resumed = sync(api, state=killed.state)
        assert killed.stored | set(resumed.ids) == ids(api)
        descending = [one.query for one in api.requests if one.query["sortOrder"] == "DESC"]
        assert descending[0]["after"] == left["from_newest"]["cursor"]


def test_a_refused_key_forgets_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A run whose key is refused leaves the interrupted read to the next as it was."""
    with SequenceAPI(1500) as api:
        killed = killed_between_ends(api)
        api.fail(faults.status(401), None)
        refused = Synced()
        with pytest.raises(SequenceError, match="401 Unauthorized"):
            sync(api, state=killed.state, into=refused)
        assert refused.state == killed.state
    assert "cannot be resumed" not in caplog.text


def test_a_resumed_read_says_so(caplog: pytest.LogCaptureFixture) -> None:
    """A run that goes on with an interrupted read says that it does, and from where."""
    caplog.set_level("INFO")
    with SequenceAPI(1500) as api:
        killed = killed_between_ends(api)
        sync(api, state=killed.state)
    (left,) = killed.bookmark["interrupted_reads"]
    before, after = left["from_newest"]["reached"], left["from_oldest"]["reached"]
    said = f"Resuming the interrupted read of customers, before {before} and after {after}"
    assert said in caplog.messages


def test_a_cursor_refused_in_the_middle_of_a_run_fails_it() -> None:
    """A cursor that this run was given, and that is refused, ends it with an error."""
    with SequenceAPI(300) as api:
        api.fail(faults.cursor_refused(), skip=1)
        with pytest.raises(SequenceError, match="400 Bad Request"):
            sync(api)


SCOPE = {"account": "", "filters": "", "start_date": None}

END = {"cursor": "x", "reached": None, "last": None, "walked": 0}

READ = {
    "replication_method": "INCREMENTAL",
    "scope": SCOPE,
    "newest": "2025-01-01T00:00:00.000000Z",
    "from_newest": END,
    "from_oldest": None,
    "shared": 0,
    "total": None,
}


@pytest.mark.parametrize(
    "left",
    [
        "yes",
        {},
        [{}],
        [None],
        [{**READ, "scope": {}}],
        [{**READ, "newest": "2025-01-01"}],
        [{**READ, "newest": "zzz"}],
        [{**READ, "from_newest": {**END, "cursor": None}}],
        [{**READ, "from_newest": {**END, "reached": 5}}],
        [{**READ, "from_oldest": {**END, "walked": "many"}}],
    ],
)
def test_a_mangled_interrupted_read_is_not_carried_on(
    left: object, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be understood of an interrupted read costs a full read and a warning."""
    with SequenceAPI(150) as api:
        state = {"bookmarks": {"customers": {"interrupted_reads": left}}}
        assert set(sync(api, state=state).ids) == ids(api)
    cannot = "customers: the interrupted read is not resumed: it cannot be understood"
    assert (cannot in caplog.messages) == bool(left)


def test_a_bookmark_that_is_set_back_counts_beside_an_interrupted_read() -> None:
    """Where somebody sets the bookmark back, the interrupted read goes on down to it."""
    with SequenceAPI(1500) as api:
        first = sync(api)
        api.add(600)
        killed = killed_after(350, api, state=first.state, lookback_window=0)
        back = copy.deepcopy(killed.state)
        back["bookmarks"]["customers"]["replication_key_value"] = "2025-06-01T00:00:00Z"
        resumed = sync(api, state=back, lookback_window=0)
        wanted = {c.id for c in api.customers if c.created_at >= "2025-06-01"}
        assert wanted <= killed.stored | set(resumed.ids)
        assert len(resumed.ids) < len(wanted)


def test_a_larger_lookback_window_counts_beside_an_interrupted_read() -> None:
    """Where the lookback window has been made larger, the interrupted read goes on down to it."""
    with SequenceAPI(1500) as api:
        first = sync(api)
        api.add(600)
        killed = killed_after(350, api, state=first.state, lookback_window=0)
        days = 90 * 24 * 60 * 60
        resumed = sync(api, state=killed.state, lookback_window=days)
        assert set(sync(api, state=first.state, lookback_window=days).ids) <= set(resumed.ids)


@pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])
def test_a_state_merged_into_an_earlier_one_is_worth_as_much(method: str) -> None:
    """What Meltano makes of two states by merging them is understood as the later one."""
    catalog = discovered(replication_method=method)
    with SequenceAPI(1500) as api:
        first = sync(api)
        api.add(50)
        interrupted = killed_after(20, api, state=first.state, catalog=catalog, page_size=5)
        whole = sync(api, catalog=catalog)
        for earlier, later in pairwise([first, interrupted, whole, interrupted, first]):
            both = merged(later.state, earlier.state)
            if method == "INCREMENTAL":
                assert both == later.state
            left = both["bookmarks"]["customers"]["interrupted_reads"]
            assert left == later.bookmark["interrupted_reads"]


def test_a_full_refresh_that_is_interrupted_is_carried_on_as_one() -> None:
    """A full read that Meltano began without a state reads all, also after an interruption."""
    with SequenceAPI(1500) as api:
        first = sync(api)
        killed = killed_after(600, api)
        resumed = sync(api, state=merged(killed.state, first.state))
        assert killed.stored | set(resumed.ids) == ids(api)
        assert resumed.at_rest


def test_what_became_visible_late_arrives_after_an_interruption() -> None:
    """However deep in the list a customer became visible late, the next run brings it."""
    import_ = [{"createdAt": f"2025-03-01T10:0{n // 500}:00.{n % 500:06}Z"} for n in range(3000)]
    with SequenceAPI(import_) as api:
        killed = killed_after(2400, api)
        late = [api.add(created_at=f"2025-03-01T10:0{n}:00.0001Z")[0].id for n in range(6)]
        second = killed_after(700, api, state=killed.state)
        resumed = sync(api, state=second.state)
        assert killed.stored | second.stored | set(resumed.ids) == ids(api)
        assert set(late) <= second.stored | set(resumed.ids)


def test_what_is_read_again_is_what_the_lookback_window_holds() -> None:
    """After an interruption only what was created within the lookback window is read again."""
    with SequenceAPI(1500) as api:
        killed = killed_after(450, api, lookback_window=0)
        resumed = sync(api, state=killed.state, lookback_window=0)
        assert killed.stored | set(resumed.ids) == ids(api)
        assert len(killed.stored & set(resumed.ids)) <= 201
