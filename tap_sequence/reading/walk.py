"""A walk through a list, from its newest end and, where that pays, from its oldest end too.

Only the answer that holds a page tells the cursor of the next, and a cursor is bound to one sort
order. In one order each page has to be waited for in turn; in two orders there are two pages to
wait for at a time. Customers created during a walk do not shift the pages that follow, as a cursor
names a place by key, not by number.

The second end is there for speed alone. Whatever is wrong with it, down to a count that does not
come out right when the ends meet, the walk goes on from the newest end as if there had been no
other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tap_sequence.errors import SequenceError
from tap_sequence.pages import NEWEST_FIRST, OLDEST_FIRST, Page
from tap_sequence.reading.end import End

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_sequence.pages import Position

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


class Walk:
    """A walk through a list: down to a creation time, or through all of it.

    Attributes:
        until: Creation time down to which the list is walked, inclusive; None for all of it.
        tolerance: Seconds that a creation time may be out of order by.
        newest: The end that it is walked from.
        oldest: The other end, while it is used.
        shared: How many records have been read from both ends.
        total: Size of the whole list when the walk began, where the API says so.
        finished: Whether nothing is left to request.
        requests: How many pages have been read.
        seen: Hashes of the keys that have been read, all of them if they are to be remembered.
    """

    def __init__(
        self,
        at_one_end: Callable[[str], None],
        *,
        until: str | None,
        both_ends: bool = True,
        tolerance: int = 0,
        remember: bool = False,
    ) -> None:
        """Begin at the newest end.

        Args:
            at_one_end: Is told why the oldest end is given up.
            until: Creation time down to which the list is walked; None for all of it.
            both_ends: Whether the list can be walked from its oldest end too.
            tolerance: Seconds that a creation time may be out of order by.
            remember: Whether to remember which records have been read.
        """
        self.until = until
        self.tolerance = tolerance
        self.newest = End(NEWEST_FIRST, tolerance=tolerance)
        self.oldest: End | None = None
        self.shared = 0
        self.total: int | None = None
        self.finished = False
        self.requests = 0
        self.seen: set[int] = set()
        self._remember = remember
        self._both_ends = both_ends
        self._at_one_end = at_one_end

    @property
    def delivered(self) -> int:
        """How many different records have been read."""
        if self.oldest is None:
            return self.newest.walked
        return self.newest.walked + self.oldest.walked - self.shared

    def pages(self, requests: Requests) -> Iterator[Page]:
        """Walk from where the ends are, moving them along.

        When a page is yielded the ends already tell what is left after it, and what comes next has
        been requested.

        Args:
            requests: What pages are requested with.

        Yields:
            Each page, without the records that the other end has read.

        Raises:
            SequenceError: If a page of the newest end can't be had, or makes no sense.
        """
        self._request(requests)
        while not self.finished:
            from_newest = requests.first() == NEWEST_FIRST
            page = self._from_newest(requests) if from_newest else self._from_oldest(requests)
            if not self.finished:
                self._request(requests)
            self.requests += 1
            if self._remember:
                self.seen.update(map(hash, page.keys))
            yield page

    def _from_newest(self, requests: Requests) -> Page:
        begins = self.newest.position.cursor is None
        page = requests.take(NEWEST_FIRST)
        self.newest.take(page)
        if begins and self.until is None:
            self.total = page.total
        if self.oldest:
            if self.newest.times.in_order:
                page = self._joined(page, self.newest, self.oldest, requests)
            else:
                self._give_up(requests, "the list is not in order of creation")
        if page.after is None:
            self.finished, self.oldest = True, None  # all of it has been read from here
        elif self.newest.times.passed(self.until):
            self.finished = True
        return page

    def _from_oldest(self, requests: Requests) -> Page:
        oldest = self.oldest
        assert oldest  # noqa: S101  only its requests are answered in its order
        try:
            page = requests.take(OLDEST_FIRST)
            oldest.take(page)
        except SequenceError as error:
            if error.of_the_key:
                raise
            self._give_up(requests, str(error))
            return NOTHING
        if not oldest.times.in_order:
            self._give_up(requests, "the list is not in order of creation")
            return NOTHING
        return self._joined(page, oldest, self.newest, requests)

    def _joined(self, page: Page, end: End, other: End, requests: Requests) -> Page:
        """Leave out of a page what the other end has read, and finish if the ends have met.

        They have met when one of them has come beyond what the other has reached, or finds records
        of the other in the opposite order: a single record would prove nothing, nor would more in
        the same order, as records of equal creation time need not turn round with the list.
        """
        known = [other.keys[key] for key in page.keys if key in other.keys]
        rest = _without(page, other.keys)
        self.shared += len(known) + sum(
            end.times.beyond(time, other.times.reached) for time in rest.times
        )
        turned = known != sorted(known)
        if turned or page.after is None or end.times.passed(other.times.reached):
            if self.delivered >= (self.total or 0):
                self.finished = True
            else:  # such as records without a creation time, behind all others in both orders
                self._give_up(requests, "its pages do not add up to what the API counts")
        return rest

    def _give_up(self, requests: Requests, why: str) -> None:
        """Go on from the newest end alone."""
        self._at_one_end(why)
        self.oldest, self.shared, self._both_ends = None, 0, False
        requests.drop(OLDEST_FIRST)

    def _request(self, requests: Requests) -> None:
        """Request what comes next, from the oldest end too if there is enough left for both."""
        left = (self.total or 0) - self.delivered
        enough = left > PAGES_FOR_BOTH_ENDS * requests.page_size
        if enough and self._both_ends and self.oldest is None:
            self.oldest = End(OLDEST_FIRST, tolerance=self.tolerance)
        ends = [end for end in (self.newest, self.oldest) if end]
        # Not before the first page has been seen to be in order
        requests.ahead = {end.position.order for end in ends if enough and end.walked}
        for end in ends:
            under_way = requests.under_way()
            wanted = not under_way or len(under_way) * requests.page_size < left
            if wanted and end.position.order not in under_way:
                requests.start(end.position)


NOTHING = Page([], [], [], None, None)


def _without(page: Page, keys: dict[str, int]) -> Page:
    """Leave some records out of a page."""
    if keys.keys().isdisjoint(page.keys):
        return page
    rest = [
        (record, key, time)
        for record, key, time in zip(page.records, page.keys, page.times, strict=True)
        if key not in keys
    ]
    return Page(
        [record for record, _, _ in rest],
        [key for _, key, _ in rest],
        [time for _, _, time in rest],
        page.after,
        page.total,
        page.answered,
    )
