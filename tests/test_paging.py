"""Does every customer arrive, exactly once, with as few requests as can be?"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice, pairwise
from math import ceil
from threading import Event
from threading import enumerate as enumerate_threads
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tap_sequence.pages import NEWEST_FIRST, OLDEST_FIRST, Page
from tap_sequence.reading.chronology import REMEMBERED
from tests.support.accounts import ids
from tests.support.answers import ORDERS, fail_at_end, held, of_order
from tests.support.lists import EPOCH, List, at, going_on, newest_first, read
from tests.support.sync import sync
from tests.support.waits import PATIENCE

if TYPE_CHECKING:
    from tap_sequence.reading.progress import State


def written(moment: datetime, digits: int) -> str:
    """Write a time as Sequence does, with some fractional digits."""
    text = f"{moment:%Y-%m-%dT%H:%M:%S.%f}"[: 20 + digits]
    return text.rstrip(".") + "Z"


times = st.builds(
    lambda seconds, digits: written(EPOCH + timedelta(seconds=seconds), digits),
    # Few different seconds, so that many share one; or fractions, so that text sorts wrongly
    st.one_of(st.integers(0, 3), st.floats(0, 100_000)),
    st.integers(0, 6),
)

populations = st.lists(times, max_size=60).map(lambda all_: [{"createdAt": one} for one in all_])

page_sizes = st.integers(1, 12)


@settings(max_examples=30)
@given(populations, page_sizes)
def test_each_customer_arrives_exactly_once(customers: list[dict[str, str]], size: int) -> None:
    """Whatever their number, their times and the page size, each customer arrives exactly once."""
    with SequenceAPI(customers) as api:
        run = sync(api, page_size=size)
        assert sorted(run.ids) == sorted(ids(api))


@settings(max_examples=30)
@given(populations, page_sizes, st.data())
def test_nothing_is_missing_after_two_runs(
    customers: list[dict[str, str]], size: int, data: st.DataObject
) -> None:
    """Customers that are created between two runs arrive in the second, and none is missing."""
    later = data.draw(st.lists(st.integers(0, 4), max_size=30))
    with SequenceAPI(customers) as api:
        first = sync(api, page_size=size, lookback_window=0)
        newcomers = [api.add()[0].id for _ in later]
        second = sync(api, page_size=size, lookback_window=0, state=first.state)
        assert set(newcomers) <= set(second.ids)
        assert {*first.ids, *second.ids} == ids(api)
        assert len(second.ids) == len(set(second.ids))


@given(
    times=st.lists(st.integers(0, 5) | st.integers(0, 1000), max_size=200),
    size=st.integers(1, 9),
    turned=st.booleans(),
    counted=st.sampled_from(["right", "unknown", "too few", "too many"]),
)
@example(times=[0] * 100, size=3, turned=False, counted="right")
def test_ends_meet(times: list[int], size: int, *, turned: bool, counted: str) -> None:
    """Both ends deliver every record, however ties are ordered and whatever the total says."""
    total = {"right": len(times), "unknown": None, "too few": len(times) // 2, "too many": 999}
    source = List(times, size, turned=turned, total=total[counted])
    ids = read(source)
    assert set(ids) == {str(n) for n in range(len(times))}
    if turned and counted != "too many":
        assert len(ids) == len(times)


@given(st.integers(0, 300), st.integers(2, 9))
def test_a_complete_read_costs_one_request_more_at_most(number: int, size: int) -> None:
    """A complete read of n customers takes n / page size requests, rounded up, or one more."""
    source = List(list(range(number)), size, total=number)
    read(source)
    assert len(source.asked) - max(ceil(number / size), 1) in {0, 1}


@given(st.integers(0, 300), st.integers(1, 300), st.integers(1, 9))
def test_an_incremental_read_costs_one_request_more_at_most(old: int, new: int, size: int) -> None:
    """A read down to a limit asks for no page beyond the second record that lies before it."""
    source = List(list(range(old + new)), size, total=old + new)
    assert len(read(source, at(old))) - new in {0, 1}
    assert len(source.asked) == ceil(min(new + 2, old + new) / size)
    assert {position.order for position in source.asked} == {NEWEST_FIRST}


@given(st.integers(0, 300), st.integers(2, 9), st.lists(st.integers(1, 20), max_size=4))
def test_an_interrupted_read_goes_on_where_it_was(
    number: int, size: int, interruptions: list[int]
) -> None:
    """Each interruption of a read costs two pages at most that are read again, and no record."""
    ids: list[str] = []
    state: State = {}
    for pages in [*interruptions, number + 2]:
        progress = going_on(state)
        one = progress.read(print)
        for page in islice(one.pages(List(list(range(number)), size, total=number)), pages):
            ids += [record["id"] for record in page]
            state = progress.after(one)
        if one.walk.finished:
            break
    assert set(ids) == {str(n) for n in range(number)}
    assert len(ids) - number <= 2 * size * len(interruptions)
    assert one.walk.delivered == number


def test_pages_are_requested_ahead_while_enough_are_left() -> None:
    """At both ends of a long list the next page may be requested before the last one is taken."""
    source = List(list(range(300)), 5, total=300)
    read(source)
    assert min(source.went_ahead.count(order) for order in (NEWEST_FIRST, OLDEST_FIRST)) > 5
    short = List(list(range(40)), 5, total=40)
    read(short)
    assert not short.went_ahead


def test_a_few_pages_are_remembered() -> None:
    """However long a list, what is kept of its records is bounded."""
    source = List(list(range(2000)), 50, total=2000)
    one = newest_first()
    for _ in one.pages(source):
        assert max(len(end.keys) for end in (one.walk.newest, one.walk.oldest) if end) <= REMEMBERED


def test_both_ends_are_read_at_once() -> None:
    """A long first load asks for the oldest customers while it asks for the newest."""
    asked = {order: Event() for order in ORDERS}
    with SequenceAPI(1500) as api:
        for order, other in (ORDERS, ORDERS[::-1]):
            skip = 1 if order == NEWEST_FIRST else 0  # the first page of all is asked for alone
            of_this_end = of_order(order)
            api.fail(faults.before(asked[order].set), when=of_this_end, skip=skip)
            api.fail(held(asked[other]), when=of_this_end, skip=skip)
        assert sorted(sync(api).ids) == sorted(ids(api))
    assert all(one.is_set() for one in asked.values())


def test_the_next_page_is_asked_for_while_one_is_handed_on() -> None:
    """When a page's first record is written, the page after it has been requested."""
    asked: list[int] = []
    with SequenceAPI(300) as api:
        second = Event()
        api.fail(faults.before(second.set), skip=1)

        def see(message: dict[str, Any]) -> None:
            if message["type"] == "RECORD" and not asked:
                assert second.wait(PATIENCE)
                asked.append(len(api.requests))

        sync(api, see=see)
    assert asked == [2]


@pytest.mark.parametrize("last_page", ["missing", "null", "empty"])
def test_the_last_page_has_no_cursor(last_page: Any) -> None:
    """A cursor that is missing, null or empty ends the list."""
    with SequenceAPI(250, last_page=last_page) as api:
        assert len(sync(api).ids) == 250
        assert len(api.requests) == 3


def test_no_thread_is_left_behind() -> None:
    """After a read, a failure and a test of the connection, no thread is left."""
    with SequenceAPI(1500) as api:
        before = set(enumerate_threads())
        sync(api)
        api.fail(faults.status(403), None, skip=6)
        with pytest.raises(SequenceError):
            sync(api)
        assert set(enumerate_threads()) <= before


def test_customers_created_during_a_read_come_with_the_next() -> None:
    """A customer that is created while a read is under way arrives with it or with the next run."""
    with SequenceAPI(1500) as api:
        for n in range(3, 15, 3):
            api.fail(faults.before(api.add), skip=n)
        first = sync(api)
        second = sync(api, state=first.state)
        assert {*first.ids, *second.ids} == ids(api)


def test_pages_are_in_the_order_of_the_list() -> None:
    """A short list arrives newest first."""
    with SequenceAPI(250) as api:
        created = [record["createdAt"] for record in sync(api).records]
        assert all(newer >= older for newer, older in pairwise(created))


@pytest.mark.parametrize(
    "fault",
    [faults.errors(400, {"sortOrder": "unknown"}), faults.answer(lambda a: a["items"].reverse())],
)
def test_an_api_without_an_ascending_order_is_read_from_one_end(fault: faults.Fault) -> None:
    """Where the ascending order is refused or not kept, all customers arrive in the other."""
    with SequenceAPI(1500) as api:
        api.fail(fault, None, of_order(OLDEST_FIRST))
        assert sorted(sync(api).ids) == sorted(ids(api))
        assert [request.query["sortOrder"] for request in api.requests].count(OLDEST_FIRST) == 1


def test_an_ascending_order_that_is_lost_midway_loses_nobody() -> None:
    """Where one later page comes in the other order, all customers arrive nevertheless."""
    with SequenceAPI(3000) as api:
        turned = faults.answer(lambda answer: answer["items"].reverse())
        sent = fail_at_end(api, OLDEST_FIRST, turned, skip=1)
        assert set(sync(api).ids) == ids(api)
        assert sent.is_set()


def test_a_page_from_an_end_that_was_given_up_moves_nothing() -> None:
    """What was under way from the oldest end when its order is lost leaves the other end alone."""

    class LosesItsOrder(List):
        def take(self, order: str) -> Page:
            page = super().take(order)
            if page.after == "20" and order == OLDEST_FIRST:
                for column in (page.records, page.keys, page.times):
                    column.reverse()
            return page

    source = LosesItsOrder(list(range(500)), 10, total=500)
    assert set(read(source)) == {str(number) for number in range(500)}
    descending = [cursor for order, cursor in source.asked if order == NEWEST_FIRST]
    assert descending == [None, *(str(number) for number in range(10, 500, 10))]
