"""Whether creation times come in the order that was asked for, and how far they lead."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from itertools import islice
from operator import le
from typing import TYPE_CHECKING

from tap_sequence.errors import SequenceError
from tap_sequence.pages import NEWEST_FIRST, OLDEST_FIRST
from tap_sequence.times import earlier

if TYPE_CHECKING:
    from collections.abc import Sequence

REMEMBERED = 300
"""Records that are remembered: a few pages."""


class Chronology:
    """The creation times read from one end of a list.

    Times that were taken by several machines may be out of order by as much as their clocks are.

    Attributes:
        first: The time that stood first.
        reached: The time that was read last.
        misplaced: How many times were out of order at most, within a few pages.
    """

    def __init__(self, order: str, *, reached: str | None = None, tolerance: int = 0) -> None:
        """Begin at the end itself, or go on.

        Args:
            order: The sort order that was asked for.
            reached: The time that an earlier run read last.
            tolerance: Seconds that a time may be out of order by.
        """
        self.first: str | None = None
        self.reached = reached
        self.misplaced = 0
        self._order = order
        self._tolerance = tolerance
        self._latest: deque[str] = deque(maxlen=REMEMBERED)
        self._surely_reached: str | None = None

    @property
    def in_order(self) -> bool:
        """Whether the times can be relied on; a single one out of place is not counted."""
        return self.misplaced <= 1

    def note(self, times: Sequence[str | None]) -> None:
        """Take the times of the next page; a record without a time decides nothing.

        Raises:
            SequenceError: If the times come in the opposite order.
        """
        known = [time for time in times if time]
        if not known:
            return
        self.first = self.first or known[0]
        self.reached = known[-1]
        self._latest.extend(known)
        latest = list(self._latest)
        misplaced = self._out_of_place(latest)
        if misplaced > 1 and not self._out_of_place(latest[::-1]):
            raise SequenceError(
                f"the API sends the list in the opposite order of sortOrder={self._order}"
            )
        self.misplaced = max(self.misplaced, misplaced)
        # Where one is out of place, only a whole page in order tells how far it is
        last = latest[-max(2, len(known) if misplaced else 0) :]
        sure = self.in_order and len(last) > 1 and not self._out_of_place(last)
        self._surely_reached = last[0] if sure else None

    def beyond(self, time: str | None, than: str | None) -> bool:
        """Tell whether a time lies further from this end than another."""
        if time is None or than is None:
            return False
        return time < than if self._order == NEWEST_FIRST else time > than

    def passed(self, time: str | None) -> bool:
        """Tell whether all up to a time has been read; a single one beyond is no proof."""
        return self.beyond(self._surely_reached, time)

    def _out_of_place(self, times: list[str]) -> int:
        times = times if self._order == OLDEST_FIRST else times[::-1]
        count = out_of_place(times)
        return min(count, displaced(times, self._tolerance)) if count and self._tolerance else count


def out_of_place(times: Sequence[str]) -> int:
    """Count the times that would have to go for the others to ascend.

    Args:
        times: Times in a form whose text sorts.
    """
    if all(map(le, times, islice(times, 1, None))):  # as nearly always, and much faster
        return 0
    tails: list[str] = []  # the lowest end of the ascents of each length so far
    for time in times:
        place = bisect_right(tails, time)
        tails[place : place + 1] = [time]
    return len(times) - len(tails)


def displaced(times: Sequence[str], tolerance: int) -> int:
    """Count the times that are another than the one that belongs in their place.

    Args:
        times: Times in the fixed-width form, which should ascend.
        tolerance: Seconds by which it may be another.
    """
    return sum(
        earlier(max(one, other), tolerance) > min(one, other)
        for one, other in zip(times, sorted(times), strict=True)
    )
