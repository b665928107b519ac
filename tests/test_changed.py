"""Does every change arrive, whatever happens to a list while it is read?"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_sequence.errors import SequenceError
from tests.support.changing import ChangingList, Target
from tests.support.lists import at

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_sequence.pages import Page

PLACES = st.integers(0, 99)
NUMBERS = st.integers(0, 99)

ADDITIONS = st.lists(PLACES, min_size=1, max_size=4)
CHANGES = st.lists(st.tuples(NUMBERS, PLACES), max_size=4)
REMOVALS = st.lists(NUMBERS, min_size=1, max_size=3)


def additions(places: list[int]) -> Callable[[ChangingList], None]:
    """Return what adds records."""

    def happen(source: ChangingList) -> None:
        for place in places:
            source.add(place)

    return happen


def changes(of: list[tuple[int, int]]) -> Callable[[ChangingList], None]:
    """Return what changes records."""

    def happen(source: ChangingList) -> None:
        for number, place in of:
            source.change(number, place)

    return happen


def removals(numbers: list[int]) -> Callable[[ChangingList], None]:
    """Return what removes records."""

    def happen(source: ChangingList) -> None:
        for number in numbers:
            source.remove(number)

    return happen


# Not additions and removals between the same two answers: where cursors are numbers of records, a
# record that is passed over for one that vanished can then be made up for in the API's count
EVENTS = ADDITIONS.map(additions) | CHANGES.map(changes) | REMOVALS.map(removals)


@given(
    ordered=st.booleans(),
    numbered=st.booleans(),
    places=st.lists(PLACES, max_size=40),
    before=st.dictionaries(st.integers(1, 40), EVENTS, max_size=10),
    pages=st.lists(st.integers(0, 12) | st.none(), max_size=4),
    since=st.none() | st.integers(0, 60),
)
def test_the_copy_is_complete(  # noqa: PLR0913  what can happen
    *,
    ordered: bool,
    numbered: bool,
    places: list[int],
    before: dict[int, Callable[[ChangingList], None]],
    pages: list[int | None],
    since: int | None,
) -> None:
    """After a last run at rest, the target has every record that is wanted, as it is."""
    start = at(since) if since and ordered else None
    source = ChangingList(ordered=ordered, numbered=numbered, before=before)
    additions(places)(source)
    target = Target(start)
    for number in pages:
        with suppress(SequenceError):  # a page full of additions looks like one sent twice
            target.load(source, number)
    source.before = {}
    target.load(source)
    wanted = {key: row for key, row in source.rows.items() if row["createdAt"] >= (start or "")}
    assert {key: target.rows.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("ordered", [True, False])
@given(numbered=st.booleans(), changed=st.sets(st.integers(0, 39), max_size=10))
def test_only_what_changed(*, ordered: bool, numbered: bool, changed: set[int]) -> None:
    """After a run at rest, the next one delivers what has changed since, and no more."""
    source = ChangingList(ordered=ordered, numbered=numbered)
    additions(list(range(40)))(source)
    target = Target()
    target.load(source)
    newest = max(row["updatedAt"] for row in source.rows.values())
    changes([(number, number) for number in changed])(source)
    now = [row for row in source.rows.values() if row["updatedAt"] >= newest]
    assert target.load(source) == len(now)


def test_without_a_count_nothing_is_taken_for_loaded() -> None:
    """Where the API doesn't count, nothing proves a read complete: the next one delivers again."""
    source = ChangingList(ordered=True, numbered=False, counted=False)
    additions(list(range(10)))(source)
    target = Target()
    assert [target.load(source), target.load(source)] == [10, 10]


def test_an_interrupted_read_of_an_ordered_list_is_carried_on() -> None:
    """What an interrupted run has delivered of a list in order is not delivered again."""
    source = ChangingList(ordered=True, numbered=False)
    additions(list(range(30)))(source)
    target = Target()
    assert target.load(source, 4) == 12
    assert target.load(source) == 18 + 1  # what is as new as the bookmark comes again


def test_an_interrupted_read_of_any_other_list_begins_anew() -> None:
    """In a list whose order nobody knows, a cursor says nothing of what lies before it."""
    source = ChangingList(ordered=False, numbered=False)
    additions(list(range(30)))(source)
    target = Target()
    assert target.load(source, 4) == 12
    assert target.load(source) == 30


def vanishes(key: str) -> Callable[[ChangingList], None]:
    """Return what removes this record."""

    def happen(source: ChangingList) -> None:
        del source.rows[key]

    return happen


def complete(source: ChangingList, target: Target) -> bool:
    """Tell whether the target has what the list has of what it wants, as it is, after one run."""
    source.before = {}
    target.load(source)
    wanted = [row for row in source.rows.values() if row["createdAt"] >= (target.start_date or "")]
    return all(target.rows.get(row["id"]) == row for row in wanted)


@pytest.mark.parametrize("start", [None, at(2)])
def test_a_row_that_another_one_has_passed_over(start: str | None) -> None:
    """Where cursors are numbers and a row vanishes, the one that is passed over comes later."""
    source = ChangingList(ordered=True, numbered=True)
    additions(list(range(30)))(source)
    source.before = {2: vanishes("29")}
    target = Target(start)
    target.load(source)
    assert not target.rows.keys() >= source.rows.keys()
    assert complete(source, target)


def test_a_row_that_was_passed_over_and_made_up_for_in_the_count() -> None:
    """A count that comes right again, because a row was added ahead, proves nothing."""
    source = ChangingList(ordered=False, numbered=True)
    additions(list(range(50, 80)))(source)
    last = max(source.places, key=lambda key: source.places[key])
    source.before = {
        2: vanishes(last),
        4: additions([0]),
    }
    target = Target()
    target.load(source)
    assert complete(source, target)


def test_a_change_right_after_the_first_answer() -> None:
    """What changes while the first answer is on its way comes with the next run."""

    class ChangesBehind(ChangingList):
        def take(self, order: str) -> Page:
            page = super().take(order)
            if self.asked == 1:
                self.rows["29"] = {**self.rows["29"], "updatedAt": at(self.clock), "version": 1}
                self.change(0, 0)
            return replace(page, answered=at(self.clock))

    source = ChangesBehind(ordered=True, numbered=False)
    additions(list(range(30)))(source)
    target = Target()
    target.load(source)
    assert complete(source, target)


def test_older_rows_are_not_delivered() -> None:
    """Nothing created before the start date is delivered, of the page that reaches it either."""
    source = ChangingList(ordered=True, numbered=False)
    additions(list(range(30)))(source)
    target = Target(at(20))
    target.load(source)
    assert min(row["createdAt"] for row in target.rows.values()) == at(20)


def test_a_change_of_what_an_interrupted_read_has_delivered() -> None:
    """What changes on the pages of an interrupted run, after it, comes with the next one."""
    source = ChangingList(ordered=True, numbered=False)
    additions(list(range(30)))(source)
    target = Target()
    target.load(source, 4)
    for key in ("29", "0"):
        source.clock += 1
        source.rows[key] = {**source.rows[key], "updatedAt": at(source.clock), "version": 1}
    assert complete(source, target)


def test_a_row_that_vanishes_between_two_runs() -> None:
    """Where cursors are numbers, a row that vanishes before the read is resumed is noticed, too."""
    source = ChangingList(ordered=True, numbered=True)
    additions(list(range(30)))(source)
    target = Target(at(2))
    target.load(source, 4)
    del source.rows["29"]
    target.load(source)
    assert complete(source, target)


def test_a_count_that_is_not_reached() -> None:
    """Where fewer rows came than the API counts, the next run delivers them again."""

    class CountsMore(ChangingList):
        def take(self, order: str) -> Page:
            return replace(super().take(order), total=31)

    source = CountsMore(ordered=True, numbered=False)
    additions(list(range(30)))(source)
    target = Target()
    assert min(target.load(source), target.load(source)) >= 30
