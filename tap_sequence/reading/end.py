"""One end of a list, and how far the list has been read from there."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from tap_sequence.errors import CIRCLE, SequenceError
from tap_sequence.pages import Position
from tap_sequence.reading.chronology import REMEMBERED, Chronology

if TYPE_CHECKING:
    from tap_sequence.pages import Page


class End:
    """One end of a list, and how far the list has been read from there.

    Attributes:
        position: The next page to request, or the one under way.
        times: The creation times that were read from here.
        walked: How many records have been read from here.
        keys: The last of them, numbered in the order of reading.
        count: How many records the API said that the whole list has, last.
        count_fell: Whether it said fewer than before.
    """

    def __init__(  # noqa: PLR0913  it is all that a state holds of an end
        self,
        order: str,
        *,
        cursor: str | None = None,
        reached: str | None = None,
        last: str | None = None,
        walked: int = 0,
        tolerance: int = 0,
    ) -> None:
        """Begin at the end itself, or go on at a cursor.

        Args:
            order: The sort order that begins at this end.
            cursor: The cursor to go on at.
            reached: The creation time that an earlier run read last.
            last: The key that an earlier run read last.
            walked: How many records an earlier run read.
            tolerance: Seconds that a creation time may be out of order by.
        """
        self.position = Position(order, cursor)
        self.times = Chronology(order, reached=reached, tolerance=tolerance)
        self.walked = walked
        self.keys: dict[str, int] = {last: walked} if last else {}
        self.count: int | None = None
        self.count_fell = False
        self._cursors: set[str] = set()

    @property
    def last(self) -> str | None:
        """The key that was read last."""
        return next(reversed(self.keys), None)

    def take(self, page: Page) -> None:
        """Take the page at the end's position, and move on to the next.

        Raises:
            SequenceError: If the API names a cursor or sends a page a second time (the read would
                never end), or sends the list in the opposite order.
        """
        fresh = [key for key in dict.fromkeys(page.keys) if key not in self.keys]
        self._check_progress(page, fresh)
        self.position = self.position._replace(cursor=page.after)
        for key in fresh:
            self.walked += 1
            self.keys[key] = self.walked
        for key in list(islice(self.keys, max(0, len(self.keys) - REMEMBERED))):
            del self.keys[key]
        self.times.note(page.times)
        if page.total is not None:
            self.count_fell = self.count_fell or page.total < (self.count or 0)
            self.count = page.total

    def _check_progress(self, page: Page, fresh: list[str]) -> None:
        if page.after is None:
            return
        if page.after in self._cursors:
            raise SequenceError(f"the API named a cursor a second time: {CIRCLE}")
        if page.keys and not fresh:
            raise SequenceError(f"the API sent the same page a second time: {CIRCLE}")
        self._cursors.add(page.after)
