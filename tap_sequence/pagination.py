"""How a list is read: newest first, down to where the last run left off, or from both of its ends.

Sequence's lists have no filter on creation time, so a limit in time is found by reading towards it.
A cursor names a place in the list by key, not by number: customers created during a read do not
shift the pages that follow. It is bound to one sort order, and only the answer that holds it tells
the next one, which is why one order alone has to wait for each page in turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from tap_sequence.errors import RefusedError, SequenceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_sequence.records import Record

NEWEST_FIRST = "DESC"
OLDEST_FIRST = "ASC"

PAGES_FOR_BOTH_ENDS = 8
"""Pages that have to be left for a second end to be worth the one page it may read twice, and for
no page that is requested ahead to lie beyond where the ends meet."""


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


class Requests(Protocol):
    """What pages are requested with, for each order one after the other.

    Attributes:
        page_size: How many records a full page has.
        ahead: Orders of which the next page may be requested before the one that names it is taken.
    """

    page_size: int
    ahead: set[str]

    def start(self, position: Position) -> None:
        """Request a page without waiting for it."""

    def take(self) -> tuple[Position, Page]:
        """Wait for the first page that is there, of those under way."""

    def under_way(self) -> set[str]:
        """Tell the orders of which a page has been requested and not been taken."""


class End:
    """One end of the list, and how far it has been read from there.

    Attributes:
        position: The next page to request, or the one under way.
        reached: Creation time of the record that lies furthest from this end, of those delivered.
        ids: The last records that were delivered from here, numbered in their order.
    """

    KEPT = 300
    """Ids that are remembered: a few pages, as two ends meet within one or two."""

    def __init__(self, order: str, cursor: str | None, reached: str | None) -> None:
        """Go on at a cursor."""
        self.position = Position(order, cursor)
        self.reached = reached
        self.ids: dict[str, int] = {}
        self._delivered = 0
        self._cursors = {cursor}
        self._shared: list[int] = []

    def take(self, page: Page, created_at: str, other: End | None) -> tuple[list[Record], bool]:
        """Take the page at the end's position, and move on to the next.

        Two ends have met when one of them finds records of the other in the opposite order, or,
        where an earlier run delivered those, nothing but records that lie beyond what the other has
        reached. A single record would prove nothing, nor would more in the same order: records of
        equal creation time need not turn round with the sort order.

        Args:
            page: The page.
            created_at: Property that holds the creation time.
            other: The opposite end, if the list is read from there too.

        Returns:
            The records that the other end has not delivered, and whether the ends have met.

        Raises:
            SequenceError: If the API names a cursor a second time: the read would never end.
        """
        if page.after is not None and page.after in self._cursors:
            raise SequenceError(
                f"the API named the cursor {page.after!r} a second time: its pages go round in a "
                "circle, and the rest of the list cannot be reached"
            )
        self._cursors.add(page.after)
        self.position = self.position._replace(cursor=page.after)
        theirs = other.ids if other else {}
        self._shared += [theirs[r["id"]] for r in page.records if r["id"] in theirs]
        met = bool(self._shared) and self._shared[0] > self._shared[-1]
        times = [record[created_at] for record in page.records if record.get(created_at)]
        if other and other.reached and times:
            met = met or all(self._further(time, other.reached) for time in times)
        for time in times:
            if self.reached is None or self._further(time, self.reached):
                self.reached = time
        records = [record for record in page.records if record["id"] not in theirs]
        for record in records:
            self._delivered += 1
            self.ids[record["id"]] = self._delivered
        for identity in list(self.ids)[: -self.KEPT]:
            del self.ids[identity]
        return records, met

    def _further(self, time: str, than: str) -> bool:
        return time < than if self.position.order == NEWEST_FIRST else time > than


class Span(msgspec.Struct, omit_defaults=True):
    """A stretch of the list that is still to be read.

    Attributes:
        until: Creation time at which it ends, inclusive; None where the list itself ends it.
        after: Cursor to go on at from its newest end; None for the newest record.
        after_ascending: Cursor to go on at from its oldest end; None for the oldest record.
        reached: Oldest creation time that was delivered from its newest end.
        reached_ascending: Newest creation time that was delivered from its oldest end.
        delivered: How many of its records have been delivered.
        total: Size of the list when its reading began; only where `until` is None.
        finished: Whether nothing of it is left to request.
    """

    until: str | None = None
    after: str | None = None
    after_ascending: str | None = None
    reached: str | None = None
    reached_ascending: str | None = None
    delivered: int = 0
    total: int | None = None
    finished: bool = False

    def pages(
        self, requests: Requests, created_at: str, *, joins: str | None = None
    ) -> Iterator[list[Record]]:
        """Read the span from where it stands, moving its ends along.

        When a page is yielded the span already tells what is left after it, and what comes next has
        been requested.

        Args:
            requests: What pages are requested with.
            created_at: Property that holds the creation time, in a form whose text sorts.
            joins: Cursor at which the next span goes on, and this one can end.

        Yields:
            The records of each page that lie in the span; those without a creation time always do.

        Raises:
            SequenceError: If the API names a cursor a second time.
        """
        newest = End(NEWEST_FIRST, self.after, self.reached)
        oldest = None
        one_end = False
        if self.after_ascending:
            oldest = End(OLDEST_FIRST, self.after_ascending, self.reached_ascending)
            requests.start(oldest.position)
        requests.start(newest.position)
        while not self.finished:
            position, page = _take(requests, created_at)
            if page is None or (position.order == OLDEST_FIRST and not oldest):
                oldest, one_end = None, True
                requests.ahead.discard(OLDEST_FIRST)
                if not requests.under_way():
                    requests.start(newest.position)
                continue
            if oldest and position.order == OLDEST_FIRST:
                records, met = oldest.take(page, created_at, newest)
                self.after_ascending, self.reached_ascending = page.after, oldest.reached
            else:
                records, met = newest.take(page, created_at, oldest)
                records = self._within(records, created_at)
                self.after, self.reached = page.after, newest.reached
                if self.until is None and self.total is None:
                    self.total = page.total
            self.finished = self.finished or met or page.after in {None, joins}
            self.delivered += len(records)
            left = (self.total or 0) - self.delivered
            if left > PAGES_FOR_BOTH_ENDS * requests.page_size:
                requests.ahead.add(position.order)
                oldest = oldest or (None if one_end else End(OLDEST_FIRST, None, None))
            else:
                requests.ahead.clear()
            for end in (newest, oldest):
                under_way = requests.under_way()
                wanted = not under_way or len(under_way) * requests.page_size < left
                idle = end and end.position.order not in under_way
                if end and idle and wanted and not self.finished:
                    requests.start(end.position)
            yield records

    def restart(self) -> None:
        """Forget what has been read of the span."""
        self.after = self.after_ascending = self.reached = self.reached_ascending = None
        self.delivered, self.total = 0, None

    def _within(self, records: list[Record], created_at: str) -> list[Record]:
        """Leave out what was created before the span's end, which then has been reached."""
        until = self.until
        if until is None:
            return records
        inside = [record for record in records if (record.get(created_at) or until) >= until]
        self.finished = self.finished or len(inside) < len(records)
        return inside


def _take(requests: Requests, created_at: str) -> tuple[Position, Page | None]:
    """Take a page; None if the API refuses the ascending order, or doesn't keep it.

    Not every version of the API documents the name of that order.
    """
    try:
        position, page = requests.take()
    except RefusedError as error:
        if error.position != Position(OLDEST_FIRST, None):
            raise
        return error.position, None
    times = [record[created_at] for record in page.records if record.get(created_at)]
    turned = position.order == OLDEST_FIRST and times and times[0] > times[-1]
    return position, None if turned else page
