"""Does every change arrive, whatever happens to a list while it is read?"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_sequence.errors import SequenceError
from tests.support.changing import ChangingList, Target
from tests.support.lists import at

if TYPE_CHECKING:
    from collections.abc import Callable

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
