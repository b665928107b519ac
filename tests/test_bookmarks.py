"""What does a bookmark promise?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from standins.sequence_api import SequenceAPI
from tap_sequence.errors import SequenceError
from tests.support.sync import sync


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
        assert first.at_rest
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
