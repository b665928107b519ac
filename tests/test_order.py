"""Is nothing lost where the list is not in the order that was asked for?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from standins.sequence_api import Request, SequenceAPI, faults
from standins.sequence_api.faults import Answerer, Fault
from tap_sequence.errors import SequenceError
from tap_sequence.pages import NEWEST_FIRST, OLDEST_FIRST
from tap_sequence.reading.chronology import Chronology, displaced, out_of_place
from tests.support.accounts import ids
from tests.support.catalogs import discovered
from tests.support.lists import List, at, going_on, newest_first, read
from tests.support.sync import Synced, sync

if TYPE_CHECKING:
    from random import Random

    from standins.sequence_api.messages import Answer
    from tap_sequence.reading.progress import State

OLD, NEW = 50, 40


def sorted_otherwise(times: list[int], size: int) -> List:
    """Return a list whose pages come in this order of creation times, turned round or not."""
    source = List([], size, total=len(times))
    records = [{"id": f"{n}", "createdAt": at(time)} for n, time in enumerate(times)]
    source.records = {NEWEST_FIRST: records, OLDEST_FIRST: records[::-1]}
    return source


class Delivered(NamedTuple):
    """What a run delivered of a list, the state that it left, and the requests that it made."""

    delivered: list[str]
    state: State
    requests: int


def deliver(state: State, source: List) -> Delivered:
    """Read what is new of a list."""
    progress = going_on(state)
    one = progress.read(print)
    delivered: list[str] = []
    for records in one.pages(source):
        delivered += [record["createdAt"] for record in records]
        state = progress.after(one)
    return Delivered(delivered, state, len(source.asked))


async def ignore_the_order(request: Request, answer: Answerer) -> Answer:
    """Answer oldest first, whatever was asked for."""
    request.raw_query = request.raw_query.replace(b"sortOrder=DESC", b"sortOrder=ASC")
    return answer()


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
@pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])
def test_a_list_that_is_oldest_first_ends_the_run(method: str, page_size: int) -> None:
    """Where the API sends the oldest first, the run says so and leaves the bookmark alone."""
    catalog = discovered(replication_method=method)
    with SequenceAPI(50) as api:
        first = sync(api)
        api.add(50)
        for state in ({}, first.state):
            api.fail(Fault(ignore_the_order), None)
            failed = Synced()
            with pytest.raises(SequenceError, match="opposite order of sortOrder=DESC"):
                sync(api, state=state, catalog=catalog, page_size=page_size, into=failed)
            api.recover()
            second = sync(api, state=failed.state)
            assert {*first.ids, *second.ids} == ids(api)


@given(st.permutations(range(OLD + NEW)), st.integers(10, 30))
def test_a_list_that_is_sorted_otherwise_is_read_to_its_end(order: list[int], size: int) -> None:
    """Whatever a list is sorted by, nothing that is new is missed, nor anything of all of it."""
    first = [at(time) for time in order[:size]]
    assume(out_of_place(first) > 1 and out_of_place(first[::-1]) > 1)
    new = {f"{place}" for place, time in enumerate(order) if time >= OLD}
    assert set(read(sorted_otherwise(order, size), at(OLD))) == new
    assert len(read(sorted_otherwise(order, size))) == OLD + NEW


def test_a_page_in_order_ends_no_read_of_a_list_that_is_not() -> None:
    """Once a list has been out of order, no page of it ends the read, whatever it looks like."""
    order = [90, 10, 80, 20, 70, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 60, 61, 62, 63, 64]
    source = sorted_otherwise(order, 5)
    assert {"15", "19"} <= set(read(source, at(OLD)))


def test_a_list_that_is_sorted_otherwise_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    """A list that is not in order is read to its end in every run, each with a warning."""
    with SequenceAPI([{"createdAt": at(n)} for n in range(400)]) as api:
        by_id = faults.answer(lambda answer: answer["items"].sort(key=lambda one: one["id"]))
        api.fail(by_id, None)
        first = sync(api)
        newcomers = {api.add(created_at=at(n))[0].id for n in range(500, 530)}
        second = sync(api, state=first.state, lookback_window=0)
        assert set(first.ids) | newcomers == ids(api)
        assert newcomers <= set(second.ids)
    told = "The list of customers is not newest first, as was asked for: it was read to its end"
    assert caplog.messages.count(told) == 2


def test_an_interrupted_read_of_a_list_that_is_sorted_otherwise_is_begun_anew() -> None:
    """Where the list has no order, no place in it is remembered."""
    synced = Synced()

    def see(_: dict[str, Any]) -> None:
        if len(synced.records) > 250:
            raise KeyboardInterrupt

    with SequenceAPI([{"createdAt": at(n)} for n in range(400)]) as api:
        by_id = faults.answer(lambda answer: answer["items"].sort(key=lambda one: one["id"]))
        api.fail(by_id, None)
        with pytest.raises(KeyboardInterrupt):
            sync(api, see=see, into=synced)
    assert synced.bookmark["interrupted_reads"] == []


places = st.integers(0, OLD + NEW - 1)


@given(time=places, place=places, size=st.integers(1, 30), limited=st.booleans())
def test_a_single_time_out_of_place_hides_nothing(
    time: int, place: int, size: int, *, limited: bool
) -> None:
    """Wherever a single creation time is out of place, all that is new arrives, and all of it."""
    order = list(range(OLD + NEW))[::-1]
    order.remove(time)
    order.insert(place, time)
    source = sorted_otherwise(order, size)
    new = {f"{n}" for n, one in enumerate(order) if one >= OLD or (one == time and n < NEW)}
    if limited and time < OLD:
        assert new <= set(read(source, at(OLD)))
        assert len(source.asked) * size <= NEW + 2 * size + 3
    else:
        assert set(read(source)) == {f"{n}" for n in range(OLD + NEW)}


@pytest.mark.parametrize("place", [0, 5, 99, 100, 149])
def test_a_time_out_of_place_is_told_of(place: int, caplog: pytest.LogCaptureFixture) -> None:
    """One old customer among the newest ends no read, and a warning tells of it."""
    with SequenceAPI(250) as api:
        items: list[Any] = api.listed()
    bookmark = {"replication_key": "createdAt", "replication_key_value": items[150]["createdAt"]}
    with SequenceAPI(items[::-1], raw=True) as api:
        api.change(items[place]["id"], createdAt="2023-01-01T00:00:00Z")
        run = sync(api, state={"bookmarks": {"customers": bookmark}}, lookback_window=0)
    assert run.ids == [item["id"] for item in items[:151]]
    told = "The list of customers is newest first but for a creation time out of place"
    assert caplog.messages.count(told) == 1


def test_a_time_out_of_place_before_the_start_date_is_left_out() -> None:
    """A customer created before the start date is not loaded, wherever in the list it stands."""
    with SequenceAPI(250) as api:
        items: list[Any] = api.listed()
    with SequenceAPI(items[::-1], raw=True) as api:
        api.change(items[5]["id"], createdAt="2023-01-01T00:00:00Z")
        run = sync(api, start_date=items[150]["createdAt"])
    assert run.ids == [item["id"] for n, item in enumerate(items[:151]) if n != 5]


@given(st.integers(0, 300), st.integers(1, 60), st.integers(1, 9))
def test_records_without_a_time_behind_all_others_arrive(
    dated: int, undated: int, size: int
) -> None:
    """Records without a creation time arrive, though they stand last in both orders."""
    source = List(list(range(dated)), size, total=dated + undated)
    more = [{"id": f"undated {n}"} for n in range(undated)]
    for records in source.records.values():
        records.extend(more)
    ids = read(source)
    assert set(ids) == {*(f"{n}" for n in range(dated)), *(one["id"] for one in more)}


@given(st.integers(50, 300), st.integers(1, 9))
def test_the_ends_count_right_in_an_ordinary_list(number: int, size: int) -> None:
    """Where the API counts right, no end of an ordinary list is given up."""
    source = List(list(range(number)), size, total=number)
    given_up: list[str] = []
    one = newest_first(at_one_end=given_up.append)
    list(one.pages(source))
    assert one.walk.delivered == number
    assert given_up == []


@given(
    st.lists(st.integers(0, 10_000), max_size=60),
    st.randoms(use_true_random=False),
    st.integers(1, 100),
)
def test_clocks_that_differ_are_no_disorder(
    seconds: list[int], chance: Random, tolerance: int
) -> None:
    """Times are in order where each is out of it by no more than what is tolerated."""
    by_true_time = sorted(seconds, reverse=True)
    noted = [at(one + chance.randint(0, tolerance)) for one in by_true_time]
    chronology = Chronology(NEWEST_FIRST, tolerance=tolerance)
    for begin in range(0, len(noted), 7):
        chronology.note(noted[begin : begin + 7])
    assert chronology.misplaced == 0


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=60), st.integers(1, 100))
def test_more_than_is_tolerated_is_disorder(seconds: list[int], tolerance: int) -> None:
    """As many times are out of place as are too far from the one that belongs there."""
    times = [at(one) for one in seconds]
    far = sum(
        abs(one - other) > tolerance for one, other in zip(seconds, sorted(seconds), strict=True)
    )
    assert displaced(times, tolerance) == far


def test_one_time_out_of_place_among_sparse_ones_counts_once() -> None:
    """A single time that is far out of place does not make those after it count."""
    chronology = Chronology(NEWEST_FIRST, tolerance=10)
    chronology.note([at(one * 1000) for one in (9, 8, 1, 7, 6, 5, 4)])
    assert chronology.misplaced == 1


def test_a_list_that_was_out_of_order_is_read_to_its_end() -> None:
    """Once a list has shown another order, each run reads all of it, and delivers what is new."""
    times = [*range(100, 50, -1), *range(200, 150, -1)]
    first = deliver({}, sorted_otherwise(times, 10))
    assert first.state["in_order"] is False
    assert {*first.delivered} == {at(time) for time in times}
    late = [101, *range(100, 50, -1), *range(99, 50, -1), 300]
    second = deliver(first.state, sorted_otherwise(late, 10))
    assert second.requests == 11
    assert second.delivered == [at(101), at(100), at(300)]


def test_a_list_that_has_come_in_order_is_relied_on_again() -> None:
    """Once all of a list has come in order, the next run stops where there is nothing new."""
    out_of_order = [*range(100, 50, -1), *range(200, 150, -1)]
    state = deliver({}, sorted_otherwise(out_of_order, 10)).state
    descending = sorted(out_of_order, reverse=True)
    again = deliver(state, sorted_otherwise(descending, 10))
    assert again.state["in_order"] is True
    assert again.requests == 10
    assert deliver(again.state, sorted_otherwise(descending, 10)).requests == 1
