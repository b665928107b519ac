"""What a read delivers of the list that it walks through, and the bookmark that it leads to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import compress
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from tap_sequence.times import latest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_sequence.pages import Page, Record
    from tap_sequence.reading.checkpoint import InterruptedRead
    from tap_sequence.reading.walk import Requests, Walk


class Read(ABC):
    """A read of a list.

    Attributes:
        walk: How far the list has been walked through.
        page_size: How many records a full page has, once it has begun: a cursor could be the number
            of a page of this size.
        tells_by: What a record has that tells whether it is new, in words.
    """

    tells_by: ClassVar[str]

    def __init__(self, walk: Walk, *, since: str | None, started: str) -> None:
        """Begin a walk.

        Args:
            walk: A walk that has not begun.
            since: Creation time before which nothing is wanted.
            started: When the run started, by this machine's clock.
        """
        self.walk = walk
        self.page_size: int | None = None
        self._since = since or ""
        self._started = started

    def pages(self, requests: Requests) -> Iterator[list[Record]]:
        """Read from where the walk is, as `Walk.pages` does.

        Yields:
            The records of each page that are wanted.
        """
        self.page_size = requests.page_size
        for page in self.walk.pages(requests):
            yield self._wanted(page)

    def resume(self, left: InterruptedRead) -> None:
        """Go on where an earlier run was interrupted."""
        left.resume(self.walk)

    @property
    def count(self) -> int | None:
        """What the API counted, for the next run to go on with."""
        return self.walk.total

    @property
    @abstractmethod
    def at_most(self) -> str | None:
        """What the bookmark becomes at most, once the read has come to its end."""

    @property
    def bookmark(self) -> str | None:
        """What the bookmark becomes."""
        return self.at_most

    @property
    def changed(self) -> str | None:
        """The latest time of change that has been seen, if the read looks at these."""
        return None

    @property
    @abstractmethod
    def untimed(self) -> bool:
        """Whether there were records, and none of them had that time."""

    @property
    def proved(self) -> bool:
        """Whether the end of the walk proves that nothing was passed over."""
        return True

    @abstractmethod
    def _wanted(self, page: Page) -> list[Record]:
        """Choose the records of a page that are delivered."""


class NewestFirst(Read):
    """The records created since a time, or all, from the newest down.

    Sequence's lists have no filter on creation time, so the limit is found by walking towards it,
    and that rests on the order of the list. A single creation time out of place stops nothing;
    more of them, and the list is read to its end.
    """

    tells_by = "has a creation time"

    def __init__(
        self, walk: Walk, *, since: str | None, started: str, limit: str | None = None
    ) -> None:
        """Begin a walk.

        Args:
            walk: A walk that has not begun.
            since: Creation time before which nothing is wanted.
            started: When the run started, by this machine's clock.
            limit: Creation time before which there is nothing new; None if all is.
        """
        super().__init__(walk, since=since, started=started)
        self._limit = limit

    @override
    def resume(self, left: InterruptedRead) -> None:
        super().resume(left)
        self.walk.newest.times.first = left.at_most

    @property
    @override
    def untimed(self) -> bool:
        return self.walk.newest.walked > 0 and self.walk.newest.times.first is None

    @property
    @override
    def at_most(self) -> str | None:
        # A bookmark in the future would hide whatever is created until then
        first = self.walk.newest.times.first
        return first and min(first, self._started)

    @override
    def _wanted(self, page: Page) -> list[Record]:
        """Leave out what lies before the limit, but not a record that stands among later ones.

        That one is new, whatever its creation time: only its place says so. A record without a
        creation time is always wanted.
        """
        limit = self._limit
        if limit is None:
            return page.records
        times = [time or "~" for time in page.times]  # after all times
        within = self._within(times, limit)
        return list(
            compress(
                page.records,
                (
                    time >= self._since and (place < within or time >= limit)
                    for place, time in enumerate(times)
                ),
            )
        )

    def _within(self, times: list[str], limit: str) -> int:
        """Count the records that stand before, or at, the last one within the limit."""
        if not self.walk.newest.times.in_order:
            return 0  # their places say nothing
        within = max((place for place, time in enumerate(times, 1) if time >= limit), default=0)
        if within == len(times) - 1 and not self.walk.finished:
            return len(times)  # the next page may bring later ones
        return within


class Changed(Read):
    """The records changed since a time, of the whole list.

    A record that changes while the list is read, before or after its page, is later than the moment
    the read began, and comes with the next run. So does a record that its change moved to another
    page, in a list whose order nobody knows.
    """

    tells_by = "has a time of change"

    def __init__(
        self, walk: Walk, *, since: str | None, started: str, key: str, again: str | None
    ) -> None:
        """Begin a walk.

        Args:
            walk: A walk that has not begun.
            since: Creation time before which nothing is wanted.
            started: When the run started, by this machine's clock.
            key: Property that holds the time of the last change.
            again: Time of change before which there is nothing new.
        """
        super().__init__(walk, since=since, started=started)
        self._key = key
        self._again = again or ""
        self._began: str | None = None
        self._latest: str | None = None
        self._any = False

    @property
    @override
    def untimed(self) -> bool:
        return self._any and self._latest is None

    @override
    def resume(self, left: InterruptedRead) -> None:
        super().resume(left)
        self._began = left.at_most
        self._latest = left.changed
        self.walk.newest.count = left.total

    @property
    @override
    def at_most(self) -> str | None:
        return self._began

    @property
    @override
    def changed(self) -> str | None:
        return self._latest

    @property
    @override
    def bookmark(self) -> str | None:
        # Whatever the clocks say: what has been seen was there
        return min(self._latest, self._began) if self._latest and self._began else None

    @property
    @override
    def count(self) -> int | None:
        return self.walk.newest.count if self.walk.until else self.walk.total

    @property
    @override
    def proved(self) -> bool:
        # Where cursors are numbers of records, one that vanishes has the next page pass one over
        ends = [end for end in (self.walk.newest, self.walk.oldest) if end]
        if self.count is None or any(end.count_fell for end in ends):
            return False
        return bool(self.walk.until) or self.walk.delivered >= self.count

    @override
    def _wanted(self, page: Page) -> list[Record]:
        """Choose by both times; a record without one of them always passes that one."""
        if self._began is None:
            self._began = min(self._started, page.answered or self._started)
        self._any = self._any or bool(page.records)
        for record in page.records:
            self._latest = latest(self._latest, record.get(self._key))
        return [
            record
            for record, created in zip(page.records, page.times, strict=True)
            if (record.get(self._key) or "~") >= self._again and (created or "~") >= self._since
        ]
