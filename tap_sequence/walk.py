"""One end of a list: how far it has been read from there, and whether it is in order."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from itertools import islice
from operator import le
from typing import TYPE_CHECKING, NamedTuple

from tap_sequence.errors import SequenceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_sequence.records import Record

NEWEST_FIRST = "DESC"
OLDEST_FIRST = "ASC"

REMEMBERED = 300
"""Records of an end that are remembered: a few pages, as two ends meet within one or two."""

CIRCLE = "its pages go round in a circle, and the rest of the list cannot be reached"


class Position(NamedTuple):
    """A place in the list.

    Attributes:
        order: The sort order, NEWEST_FIRST or OLDEST_FIRST.
        cursor: `pagination.after` of the page before, in that order; None for the first page.
    """

    order: str
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a list.

    Attributes:
        records: Its records, in the order of the request.
        after: Cursor of the next page; None on the last one.
        total: How many records the whole list has (`totalResultSize`), where the API says so.
    """

    records: list[Record]
    after: str | None
    total: int | None


class End:
    """One end of the list, and how far it has been read from there.

    Attributes:
        position: The next page to request, or the one under way.
        first: Creation time that stood first.
        reached: Creation time that was read last.
        walked: How many records have been read from here.
        misplaced: How many creation times were out of order at most, of a few pages.
        ids: The last records that were read from here, numbered in their order.
    """

    def __init__(  # noqa: PLR0913  it is what an end can go on from
        self,
        order: str,
        created_at: str,
        *,
        cursor: str | None = None,
        reached: str | None = None,
        last: str | None = None,
        walked: int = 0,
    ) -> None:
        """Begin at the end itself, or go on at a cursor.

        Args:
            order: The sort order that begins at this end.
            created_at: Property that holds the creation time, in a form whose text sorts.
            cursor: The cursor to go on at.
            reached: How far an earlier run has come.
            last: Id of the last record that an earlier run has read.
            walked: How many records an earlier run has read.
        """
        self.position = Position(order, cursor)
        self.first: str | None = None
        self.reached = reached
        self.walked = walked
        self.misplaced = 0
        self.ids: dict[str, int] = {last: walked} if last else {}
        self._created_at = created_at
        self._cursors: set[str] = set()
        self._surely_reached: str | None = None
        self._times: deque[str] = deque(maxlen=REMEMBERED)

    def take(self, page: Page) -> None:
        """Take the page at the end's position, and move on to the next.

        Args:
            page: The page.

        Raises:
            SequenceError: If the API names a cursor or sends a page a second time (the read would
                never end), or sends the list in the opposite order.
        """
        ids = [record["id"] for record in page.records]
        fresh = [identity for identity in ids if identity not in self.ids]
        if page.after is not None:
            if page.after in self._cursors:
                raise SequenceError(f"the API named a cursor a second time: {CIRCLE}")
            if ids and not fresh:
                raise SequenceError(f"the API sent the same page a second time: {CIRCLE}")
            self._cursors.add(page.after)
        self.position = self.position._replace(cursor=page.after)
        for identity in fresh:
            self.walked += 1
            self.ids[identity] = self.walked
        for identity in list(islice(self.ids, max(0, len(self.ids) - REMEMBERED))):
            del self.ids[identity]
        times = [time for record in page.records if (time := record.get(self._created_at))]
        if times:
            self.first = self.first or times[0]
            self.reached = times[-1]
            self._times.extend(times)
            self._check(len(times))

    def beyond(self, time: str | None, than: str | None) -> bool:
        """Tell whether a creation time lies further from this end than another."""
        if time is None or than is None:
            return False
        return time < than if self.position.order == NEWEST_FIRST else time > than

    def passed(self, time: str | None) -> bool:
        """Tell whether all up to a creation time has been read; a single one beyond is no proof."""
        return self.beyond(self._surely_reached, time)

    def _check(self, times: int) -> None:
        """Check the order, and note how far the last page, with so many times, has led."""
        seen = list(self._times)
        misplaced = self._out_of_place(seen)
        if misplaced > 1 and not self._out_of_place(seen[::-1]):
            order = self.position.order
            raise SequenceError(
                f"the API sends the list in the opposite order of sortOrder={order}"
            )
        self.misplaced = max(self.misplaced, misplaced)
        # Where one is out of place, only a whole page in order tells how far it is
        last = seen[-max(2, times if misplaced else 0) :]
        in_order = self.misplaced <= 1 and len(last) > 1 and not self._out_of_place(last)
        self._surely_reached = last[0] if in_order else None

    def _out_of_place(self, times: list[str]) -> int:
        return out_of_place(times if self.position.order == OLDEST_FIRST else times[::-1])


def out_of_place(times: Sequence[str]) -> int:
    """Count the times that would have to go for the others to ascend.

    Args:
        times: Times in a form whose text sorts.
    """
    if all(map(le, times, islice(times, 1, None))):  # as nearly always, and much faster
        return 0
    tails: list[str] = []  # where, of the ascents of each length so far, the lowest ends
    for time in times:
        place = bisect_right(tails, time)
        tails[place : place + 1] = [time]
    return len(times) - len(tails)
