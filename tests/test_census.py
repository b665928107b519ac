"""Is a row ever taken for gone that is there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_sequence.errors import SequenceError
from tap_sequence.reading.census import in_one_answer, unchanged
from tap_sequence.reading.walk import Walk
from tests.support.changing import ChangingList

if TYPE_CHECKING:
    from collections.abc import Callable

PLACES = st.integers(0, 99)

changes = st.lists(
    st.tuples(st.sampled_from(["add", "remove", "swap", "move"]), PLACES, PLACES),
    min_size=1,
    max_size=3,
)


def happening(what: list[tuple[str, int, int]]) -> Callable[[ChangingList], None]:
    """Return what changes a list between two answers."""

    def happen(source: ChangingList) -> None:
        for kind, number, place in what:
            if kind in {"remove", "swap"}:
                source.remove(number)
            if kind in {"add", "swap"}:
                source.add(place)
            if kind == "move":
                source.change(number, place)

    return happen


def walked(source: ChangingList) -> Walk:
    """Walk through all of a list."""
    walk = Walk(print, until=None, both_ends=source.ordered, remember=True)
    source.drop("DESC")
    source.drop("ASC")
    for _ in walk.pages(source):
        pass
    return walk


@settings(max_examples=400)
@given(
    ordered=st.booleans(),
    numbered=st.booleans(),
    places=st.lists(PLACES, max_size=30),
    before=st.dictionaries(st.integers(1, 25), changes.map(happening), max_size=6),
)
def test_whatever_was_there_and_still_is_has_been_read(
    *,
    ordered: bool,
    numbered: bool,
    places: list[int],
    before: dict[int, Callable[[ChangingList], None]],
) -> None:
    """Where a list counts as read, each row that was there all the time has been read.

    Rows come, go and move between any two answers, and cursors are keys or numbers.
    """
    source = ChangingList(ordered=ordered, numbered=numbered, before=before)
    for place in places:
        source.add(place)
    then = {*source.rows}
    try:
        first = walked(source)
        second = first if in_one_answer(first) else walked(source)
    except SequenceError:
        return
    if second is first or unchanged(first, second):
        assert {hash(key) for key in then & source.rows.keys()} <= first.seen


@pytest.mark.parametrize(
    ("first", "second", "total", "proved"),
    [
        ({1, 2}, {1, 2}, 2, True),
        (set(), set(), 0, True),
        ({1, 2, 3}, {1, 2}, 2, True),  # one was deleted after it had been read
        ({1, 2}, {1, 2, 3}, 3, False),  # one was passed over, or added, before
        ({1, 2}, {1}, 2, False),  # one is passed over now
        ({1, 2}, {1, 2}, 3, False),
        ({1, 2}, {1, 2}, None, False),
    ],
)
def test_what_two_reads_prove(
    first: set[int],
    second: set[int],
    total: int | None,
    proved: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    """All has been read where the second read found all that was counted, and nothing new."""
    walks = [Walk(print, until=None) for _ in range(2)]
    for walk, seen in zip(walks, (first, second), strict=True):
        walk.seen = seen
        walk.total = total
    assert unchanged(*walks) is proved
