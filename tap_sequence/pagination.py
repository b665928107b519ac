"""Which pages are read: newest first down to a limit in time, or a whole list from both its ends.

Sequence's lists have no filter on creation time, so a limit in time is found by reading towards it.
A cursor names a place in the list by key, not by number: customers created during a read do not
shift the pages that follow. It is bound to one sort order, and only the answer that holds it tells
the next one, which is why one order alone has to wait for each page in turn.

A read that stops early rests on the order of the list, which is therefore checked on every page. A
single creation time out of place stops nothing and joins nothing; more of them, and the list is
read to its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tap_sequence.errors import RefusedError, SequenceError
from tap_sequence.times import latest
from tap_sequence.walk import NEWEST_FIRST, OLDEST_FIRST, End

if TYPE_CHECKING:
    from collections.abc import Iterator
    from logging import Logger

    from tap_sequence.records import Record
    from tap_sequence.walk import Page, Position

PAGES_FOR_BOTH_ENDS = 8
"""Pages that have to be left for a second end to be worth the one page it may read twice, and for
no page that is requested ahead to lie beyond where the ends meet."""


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

    def first(self) -> str:
        """Wait for the first page that is there, of those under way, and tell its order."""

    def take(self, order: str) -> Page:
        """Take the page of an order; SequenceError if it can't be had."""

    def drop(self, order: str) -> None:
        """Forget the pages of an order that are under way."""

    def under_way(self) -> set[str]:
        """Tell the orders of which a page has been requested and not been taken."""


class Read:
    """A read of the list: newest first down to a limit, or all of it, mostly from both ends.

    The second end is there for speed alone. Whatever is wrong with it, down to a count that does
    not come out right when the ends meet, the list is read from its newest end, as if there had
    been no other.

    Attributes:
        since: Creation time before which nothing is wanted, if there is one.
        limit: Creation time down to which the list is read, inclusive; None for all of it.
        newest: The end that it is read from.
        oldest: The other one, while it is used.
        shared: How many records have been read from both.
        total: Size of the whole list when its reading began, where the API says so.
        finished: Whether nothing is left to request.
    """

    def __init__(
        self,
        created_at: str,
        logger: Logger,
        *,
        since: str | None = None,
        bookmarked: str | None = None,
    ) -> None:
        """Begin at the newest end.

        Args:
            created_at: Property that holds the creation time, in a form whose text sorts.
            logger: What is told why the oldest end is given up.
            since: Creation time before which nothing is wanted.
            bookmarked: Creation time down to which there can be something new.
        """
        self.since = since
        self.limit = latest(since, bookmarked)
        self.newest = End(NEWEST_FIRST, created_at)
        self.oldest: End | None = None
        self.shared = 0
        self.total: int | None = None
        self.finished = False
        self._created_at = created_at
        self._logger = logger
        self._given_up = False

    @property
    def delivered(self) -> int:
        """How many different records have been read."""
        if self.oldest is None:
            return self.newest.walked
        return self.newest.walked + self.oldest.walked - self.shared

    def pages(self, requests: Requests) -> Iterator[list[Record]]:
        """Read from where the ends are, moving them along.

        When a page is yielded the ends already tell what is left after it, and what comes next has
        been requested.

        Args:
            requests: What pages are requested with.

        Yields:
            The records of each page that lie within the limit; those without a creation time
            always do.

        Raises:
            SequenceError: If a page of the newest end can't be had, or makes no sense.
        """
        self._request(requests)
        while not self.finished:
            if requests.first() == NEWEST_FIRST:
                records = self._from_newest(requests)
            else:
                records = self._from_oldest(requests)
            if not self.finished:
                self._request(requests)
            yield records

    def _from_newest(self, requests: Requests) -> list[Record]:
        page = requests.take(NEWEST_FIRST)
        self.newest.take(page)
        if self.limit is None and self.total is None:
            self.total = page.total
        if self.oldest and self.newest.misplaced > 1:
            self._give_up(requests, "the list is not in order of creation")
        records = self._joined(page, self.newest, self.oldest, requests)
        if page.after is None:
            self.finished, self.oldest = True, None  # all of it has been read from here
        elif self.newest.passed(self.limit):
            self.finished = True
        return self._within(records)

    def _within(self, records: list[Record]) -> list[Record]:
        """Leave out what lies before the limit, but not a record that stands among later ones.

        That one is new, whatever its creation time: only its place says so.
        """
        if self.limit is None:
            return records
        times = [record.get(self._created_at) or "~" for record in records]  # after all times
        since, limit = self.since or "", self.limit
        inside = [n for n, time in enumerate(times) if time >= limit]
        end = inside[-1] + 1 if inside else 0
        if end == len(records) - 1 and not self.finished:
            end += 1  # the next page may bring later ones
        if self.newest.misplaced > 1:
            end = 0
        return [
            record
            for n, (record, time) in enumerate(zip(records, times, strict=True))
            if time >= since and (n < end or time >= limit)
        ]

    def _from_oldest(self, requests: Requests) -> list[Record]:
        assert self.oldest  # noqa: S101  only its requests are answered in its order
        try:
            page = requests.take(OLDEST_FIRST)
            self.oldest.take(page)
        except SequenceError as error:
            if isinstance(error, RefusedError) and error.of_the_key:
                raise
            self._give_up(requests, str(error))
            return []
        if self.oldest.misplaced > 1:
            self._give_up(requests, "the list is not in order of creation")
            return []
        return self._joined(page, self.oldest, self.newest, requests)

    def _joined(self, page: Page, end: End, other: End | None, requests: Requests) -> list[Record]:
        """Leave out of a page what the other end has delivered, and tell whether they have met.

        Two ends have met when one of them has come beyond what the other has reached, or finds
        records of the other in the opposite order: a single record would prove nothing, nor would
        more in the same order, as records of equal creation time need not turn round with the list.
        """
        if other is None:
            return page.records
        known = [other.ids[r["id"]] for r in page.records if r["id"] in other.ids]
        records = [r for r in page.records if r["id"] not in other.ids]
        self.shared += len(known) + sum(
            end.beyond(r.get(self._created_at), other.reached) for r in records
        )
        turned = known != sorted(known)
        if turned or page.after is None or end.passed(other.reached):
            if self.delivered >= (self.total or 0):
                self.finished = True
            else:  # such as records without a creation time, behind all others in both orders
                self._give_up(requests, "its pages do not add up to what the API counts")
        return records

    def _give_up(self, requests: Requests, why: str) -> None:
        """Go on from the newest end alone."""
        self._logger.info("Reading on from the newest end of the list alone: %s", why)
        self.oldest, self.shared, self._given_up = None, 0, True
        requests.drop(OLDEST_FIRST)

    def _request(self, requests: Requests) -> None:
        """Request what comes next, from the oldest end too if there is enough left for both."""
        left = (self.total or 0) - self.delivered
        enough = left > PAGES_FOR_BOTH_ENDS * requests.page_size
        if enough and not self._given_up and self.oldest is None:
            self.oldest = End(OLDEST_FIRST, self._created_at)
        ends = [end for end in (self.newest, self.oldest) if end]
        # Not before the first page has been seen to be in order
        requests.ahead = {end.position.order for end in ends if enough and end.walked}
        for end in ends:
            under_way = requests.under_way()
            wanted = not under_way or len(under_way) * requests.page_size < left
            if wanted and end.position.order not in under_way:
                requests.start(end.position)
