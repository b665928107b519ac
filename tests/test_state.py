"""What does the tap remember from run to run, and when does it count?"""

from __future__ import annotations

import copy
import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tests.sync import Synced, discovered, merged, sync


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


def killed_between_ends(api: SequenceAPI) -> Synced:
    """Run the tap until it has read from both ends."""
    synced = Synced()

    def see(_: dict[str, Any]) -> None:
        left = synced.state and synced.bookmark.get("interrupted_reads")
        if left and left[0]["from_oldest"]:
            raise Killed

    with pytest.raises(Killed):
        sync(api, see=see, into=synced)
    return synced


def stored(synced: Synced) -> set[str]:
    """Return the ids that a target has stored when it has confirmed the last state."""
    last = max(n for n, one in enumerate(synced.messages) if one["type"] == "STATE")
    return {one["record"]["id"] for one in synced.messages[:last] if one["type"] == "RECORD"}


def at_rest(synced: Synced) -> bool:
    """Tell whether nothing is left to read."""
    left: list[object] = synced.bookmark["interrupted_reads"]
    return left == []


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
    """A complete read leaves nothing to read, and the same bookmark as a second one."""
    with SequenceAPI(customers) as api:
        first = sync(api)
        again = sync(api, state=first.state)
        assert at_rest(first)
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
        assert at_rest(resumed)


def test_two_interruptions_in_a_row_lose_nothing() -> None:
    """Runs that are killed one after the other go on where the one before came to."""
    with SequenceAPI(1500) as api:
        first = killed_after(400, api)
        api.add(600)
        second = killed_after(600, api, state=first.state)
        third = sync(api, state=second.state)
        assert stored(first) | stored(second) | set(third.ids) == ids(api)
        assert not stored(first) & stored(second)
        assert at_rest(third)


def test_a_killed_incremental_read_is_carried_on() -> None:
    """An incremental read that was killed goes on, and keeps the bookmark until it is complete."""
    with SequenceAPI(300) as api:
        first = sync(api)
        api.add(700)
        killed = killed_after(350, api, state=first.state, lookback_window=0)
        value = killed.bookmark["replication_key_value"]
        assert value == first.bookmark["replication_key_value"]
        resumed = sync(api, state=killed.state, lookback_window=0)
        assert {*first.ids, *stored(killed), *resumed.ids} == ids(api)
        assert len(resumed.ids) <= 1 + 400 + 1 + 1


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


LOST = [faults.cursor_refused(), faults.status(504), faults.body("{}", "application/json")]


@pytest.mark.parametrize("fault", LOST, ids=["refused", "never answered", "no page"])
def test_a_remembered_cursor_that_leads_nowhere_costs_a_full_read(
    fault: faults.Fault, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cursor of an earlier run that can't be gone on at costs a full read and a warning."""
    monkeypatch.setattr(time, "sleep", bool)
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
    assert "The interrupted read cannot be resumed, reading anew: GET /customers" in caplog.text


def test_a_remembered_cursor_of_the_oldest_end_that_leads_nowhere_costs_that_end() -> None:
    """Where only the oldest end can't be gone on from, the newest goes on where it was."""
    with SequenceAPI(1500) as api:
        killed = killed_between_ends(api)
        (left,) = killed.bookmark["interrupted_reads"]
        cursor = left["from_oldest"]["cursor"]
        api.fail(faults.cursor_refused(), None, lambda one: one.query.get("after") == cursor)
        api.clear()
        resumed = sync(api, state=killed.state)
        assert stored(killed) | set(resumed.ids) == ids(api)
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


NARROWER = [
    ({"billing_status": "ACTIVE"}, {}, "it was made with other filters"),
    ({}, {"label": "x"}, "it was made with other filters"),
    ({"include_archived": False}, {}, "it was made with other filters"),
    ({"start_date": "2025-06-01"}, {}, "it was made with a later start_date"),
    (
        {"start_date": "2025-06-01"},
        {"start_date": "2025-01-01"},
        "it was made with a later start_date",
    ),
]


@pytest.mark.parametrize(("before", "after", "why"), NARROWER)
def test_a_bookmark_under_other_settings_does_not_count(
    before: dict[str, Any], after: dict[str, Any], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A bookmark that was taken when less was let through is told of, and all is read."""
    with SequenceAPI(120) as api:
        first = sync(api, **before)
        again = sync(api, state=first.state, **after)
        assert again.ids == sync(api, **after).ids
        assert f"The bookmark does not count, reading in full: {why}" in caplog.messages
        assert again.bookmark["scope"] == sync(api, **after).bookmark["scope"]


@pytest.mark.parametrize(("before", "after", "why"), NARROWER)
def test_an_interrupted_read_under_other_settings_is_begun_anew(
    before: dict[str, Any], after: dict[str, Any], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What was read when less was let through is not missing from what is read now."""
    with SequenceAPI([{"billingStatus": "ACTIVE"}] * 300, newest="2026-01-01T00:00:00Z") as api:
        killed = killed_after(10, api, page_size=5, **before)
        assert sync(api, state=killed.state, **after).ids == sync(api, **after).ids
    assert f"The interrupted read is not resumed: {why}" in caplog.messages


def test_an_interrupted_read_under_an_earlier_start_date_is_begun_anew() -> None:
    """A start date that was set after the interruption counts for all that is read then."""
    with SequenceAPI(1500) as api:
        killed = killed_after(450, api)
        resumed = sync(api, state=killed.state, start_date="2025-06-01")
        assert resumed.ids == sync(api, start_date="2025-06-01").ids


@pytest.mark.parametrize("other", ["client_id", "client_secret", "api_url"])
@pytest.mark.parametrize("records", [50, 1500])
def test_the_state_of_one_account_says_nothing_of_another(
    other: str, records: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Where api_url or the key is another, neither bookmark nor interrupted read counts."""
    with SequenceAPI(1500, seed=1) as sandbox:
        first = sync(sandbox) if records == 1500 else killed_after(records, sandbox, page_size=10)
    with SequenceAPI(
        1500,
        seed=2,
        client_id="another" if other == "client_id" else sandbox.client_id,
        client_secret="another" if other == "client_secret" else sandbox.client_secret,
        port=0 if other == "api_url" else sandbox.port,
    ) as production:
        again = sync(production, state=first.state)
        assert set(again.ids) == ids(production)
    assert "another api_url or API key" in caplog.text


def test_what_is_stored_of_key_and_filters_is_not_found_by_trying() -> None:
    """No digest in a state can be had without the client secret."""
    filters = {"email": "ada@example.com", "includeArchived": "true"}
    states = []
    for secret in ("one", "another"):
        with SequenceAPI(1, client_secret=secret) as api:
            scope = sync(api, email="ada@example.com").bookmark["scope"]
            states.append((scope["account"].isalnum(), scope["filters"]))
            plain = json.dumps(filters, sort_keys=True).encode()
            for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.blake2b):
                assert digest(plain).hexdigest()[:8] not in scope["filters"]
    assert states[0] != states[1]


def test_a_start_date_before_the_bookmark_costs_nothing() -> None:
    """A start date that leaves out nothing new can be set, and taken back, for a request each."""
    with SequenceAPI(250) as api:
        state = sync(api).state
        in_turn: list[dict[str, Any]] = [{"start_date": "2025-06-01"}, {}]
        for settings in in_turn:
            api.clear()
            state = sync(api, state=state, **settings).state
            assert len(api.requests) == 1


def test_a_start_date_that_is_taken_back_brings_what_lay_before_it() -> None:
    """Customers between the bookmark and a start date that was set after it still arrive."""
    with SequenceAPI(50) as api:
        first = sync(api)
        between = api.add(created_at="2025-10-10T00:00:00Z")[0]
        newest = api.add(created_at="2025-12-01T00:00:00Z")[0]
        second = sync(api, state=first.state, start_date="2025-11-01")
        assert second.ids == [newest.id]
        third = sync(api, state=second.state)
        assert between.id in third.ids


def test_a_customer_that_became_visible_behind_a_start_date_arrives_once_it_is_taken_back() -> None:
    """A start date within the lookback window leaves out what became visible late before it."""
    with SequenceAPI([{"createdAt": "2025-10-10T10:00:00Z"}]) as api:
        first = sync(api)
        late = api.add(created_at="2025-10-10T09:55:00Z")[0]
        api.add(created_at="2025-10-10T10:30:00Z")
        second = sync(api, state=first.state, start_date="2025-10-10T09:58:00Z")
        assert late.id not in second.ids
        assert late.id in sync(api, state=second.state).ids


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
    cannot = "The interrupted read is not resumed: it cannot be understood"
    assert (cannot in caplog.messages) == bool(left)


OLDER: dict[str, Any] = {
    "replication_key": "createdAt",
    "replication_key_value": "2025-09-01T00:00:00.000000Z",
    "scope": {"filters": "8146647c41b24b40"},
}
"""The state of a customers stream before accounts were noted."""


def test_a_bookmark_from_before_accounts_were_noted_counts() -> None:
    """A bookmark whose scope names no account counts under the same filters."""
    with SequenceAPI(300) as api:
        run = sync(api, state={"bookmarks": {"customers": OLDER}}, lookback_window=0)
        expected = [r for r in sync(api).records if r["createdAt"] >= "2025-09-01T00:00:00.000000Z"]
        assert run.records == expected
        assert run.bookmark["scope"] == sync(api).bookmark["scope"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"scope": {"filters": "0123456789abcdef"}}, "it was made with other filters"),
        (
            {"scope": {**OLDER["scope"], "start_date": "2025-08-01"}},
            "it was made with a later start_date",
        ),
        ({"scope": 5}, "its scope cannot be understood"),
        ({"replication_key": "updatedAt"}, "its replication_key is not createdAt"),
        ({"replication_key": None}, "its replication_key is not createdAt"),
    ],
)
def test_a_bookmark_that_does_not_count_is_told_of(
    change: dict[str, Any], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever keeps a bookmark from counting, a warning says so, and all is read."""
    with SequenceAPI(300) as api:
        state = {"bookmarks": {"customers": {**OLDER, **change}}}
        assert set(sync(api, state=state).ids) == ids(api)
    assert f"The bookmark does not count, reading in full: {why}" in caplog.messages


def test_an_interrupted_read_of_an_earlier_version_is_begun_anew(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What an earlier version noted of an interrupted read costs a read from the bookmark on."""
    spans = [{"after": "x", "reached": "2025-09-10T00:00:00.000000Z", "delivered": 300}]
    left = {
        "replication_method": "INCREMENTAL",
        "scope": OLDER["scope"],
        "newest": "2025-09-20T00:00:00.000000Z",
        "again": "2025-09-19T00:00:00.000000Z",
        "spans": spans,
    }
    with SequenceAPI(300) as api:
        bookmark = {**OLDER, "interrupted_read": left}
        run = sync(api, state={"bookmarks": {"customers": bookmark}})
        alone = sync(api, state={"bookmarks": {"customers": OLDER}})
        assert run.ids == alone.ids
    assert "The interrupted read is not resumed: it cannot be understood" in caplog.messages


@pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])
def test_an_interrupted_read_in_another_method_is_not_carried_on(
    method: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A full-table read is not carried on by an incremental one, nor the other way round."""
    other = {"INCREMENTAL": "FULL_TABLE", "FULL_TABLE": "INCREMENTAL"}[method]
    with SequenceAPI(1500) as api:
        killed = killed_after(450, api, catalog=discovered(replication_method=method))
        run = sync(api, state=killed.state, catalog=discovered(replication_method=other))
        assert set(run.ids) == ids(api)
    why = f"its replication method was {method}"
    assert f"The interrupted read is not resumed: {why}" in caplog.messages


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
        assert wanted <= stored(killed) | set(resumed.ids)
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
        assert stored(killed) | set(resumed.ids) == ids(api)
        assert at_rest(resumed)


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


def test_what_became_visible_late_arrives_after_an_interruption() -> None:
    """However deep in the list a customer became visible late, the next run brings it."""
    import_ = [{"createdAt": f"2025-03-01T10:0{n // 500}:00.{n % 500:06}Z"} for n in range(3000)]
    with SequenceAPI(import_) as api:
        killed = killed_after(2400, api)
        late = [api.add(created_at=f"2025-03-01T10:0{n}:00.0001Z")[0].id for n in range(6)]
        second = killed_after(700, api, state=killed.state)
        resumed = sync(api, state=second.state)
        assert stored(killed) | stored(second) | set(resumed.ids) == ids(api)
        assert set(late) <= stored(second) | set(resumed.ids)


def test_what_is_read_again_is_what_the_lookback_window_holds() -> None:
    """After an interruption only what was created within the lookback window is read again."""
    with SequenceAPI(1500) as api:
        killed = killed_after(450, api, lookback_window=0)
        resumed = sync(api, state=killed.state, lookback_window=0)
        assert stored(killed) | set(resumed.ids) == ids(api)
        assert len(stored(killed) & set(resumed.ids)) <= 201
