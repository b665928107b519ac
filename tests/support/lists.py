"""Lists in memory, to be read in place of the API, and what reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tap_sequence.pages import NEWEST_FIRST, OLDEST_FIRST, Page, Position
from tap_sequence.reading.methods import NewestFirst
from tap_sequence.reading.progress import Progress, Terms
from tap_sequence.reading.scope import Account
from tap_sequence.reading.walk import Walk
from tap_sequence.times import utc_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_sequence.pages import Record
    from tap_sequence.reading.progress import State

EPOCH = datetime(2025, 1, 1, tzinfo=UTC)


def at(seconds: int) -> str:
    """Return a creation time in the fixed-width form."""
    return utc_text(EPOCH + timedelta(seconds=seconds))


class List:
    """A list in memory that is read, in place of the API.

    Attributes:
        asked: The positions of all requests.
        went_ahead: The orders of those that were made before the page that names them was taken.
    """

    def __init__(
        self, times: list[int], page_size: int, *, turned: bool = True, total: int | None
    ) -> None:
        """Hold records of these creation times.

        Args:
            times: Creation times, any order.
            page_size: Records on a page.
            turned: Whether records of equal time turn round with the sort order.
            total: What `totalResultSize` says.
        """
        records = [{"id": f"{n}", "createdAt": at(time)} for n, time in enumerate(times)]
        ascending = sorted(records, key=lambda record: record["createdAt"])
        descending = ascending[::-1]
        if not turned:
            descending = sorted(records, key=lambda record: record["createdAt"], reverse=True)
        self.records: dict[str, list[Record]] = {NEWEST_FIRST: descending, OLDEST_FIRST: ascending}
        self.page_size = page_size
        self.ahead: set[str] = set()
        self.total = total
        self.asked: list[Position] = []
        self.went_ahead: list[str] = []
        self._under_way: list[Position] = []
        self._turn = 0

    def start(self, position: Position) -> None:
        """Request a page."""
        assert position.order not in self.under_way()
        self.asked.append(position)
        self._under_way.append(position)

    def first(self) -> str:
        """Choose one of the requests that are under way, not always the first."""
        self._turn += 1
        waiting = list(dict.fromkeys(position.order for position in self._under_way))
        return waiting[self._turn * 7 % 3 % len(waiting)]

    def take(self, order: str) -> Page:
        """Answer a request; where it may, go on to the next page before that, but not always."""
        position = next(one for one in self._under_way if one.order == order)
        self._under_way.remove(position)
        begin = int(position.cursor or 0)
        end = begin + self.page_size
        records = self.records[position.order]
        after = str(end) if end < len(records) else None
        if position.order in self.ahead and after and self._turn % 5:
            self.start(Position(position.order, after))
            self.went_ahead.append(position.order)
        page = [dict(one) for one in records[begin:end]]
        keys, times = [one["id"] for one in page], [one.get("createdAt") for one in page]
        return Page(page, keys, times, after, self.total)

    def drop(self, order: str) -> None:
        """Forget the requests of an order."""
        self._under_way = [one for one in self._under_way if one.order != order]

    def under_way(self) -> set[str]:
        """Tell the orders of the requests that are under way."""
        return {position.order for position in self._under_way}


def newest_first(
    limit: str | None = None, at_one_end: Callable[[str], None] = print
) -> NewestFirst:
    """Return a read down to a limit, or of all there is."""
    walk = Walk(at_one_end, until=limit)
    return NewestFirst(walk, since=None, started=at(1_000_000), limit=limit)


def read(source: List, limit: str | None = None) -> list[str]:
    """Return the ids that a read down to a limit delivers."""
    pages = newest_first(limit).pages(source)
    return [record["id"] for page in pages for record in page]


def going_on(state: State) -> Progress:
    """Take up what an earlier run left."""
    return Progress(
        state,
        Terms(
            replication_method="INCREMENTAL",
            replication_key="createdAt",
            created_at="createdAt",
            account=Account("", "", ""),
            filters={},
            start_date=None,
            lookback_window=0,
            started=at(1_000_000),
        ),
    )
