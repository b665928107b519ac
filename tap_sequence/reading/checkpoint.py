"""What the state holds of a read that did not come to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from tap_sequence.pages import NEWEST_FIRST, OLDEST_FIRST
from tap_sequence.reading.end import End
from tap_sequence.reading.scope import Scope  # noqa: TC001  msgspec looks the type up
from tap_sequence.times import parse, utc_text

if TYPE_CHECKING:
    from tap_sequence.reading.methods import Read
    from tap_sequence.reading.walk import Walk


class EndState(msgspec.Struct):
    """How far a list has been read from one end.

    Attributes:
        cursor: The cursor to go on at.
        reached: The creation time that was read last.
        last: The key that was read last.
        walked: How many records have been read from there.
    """

    cursor: str
    reached: str | None
    last: str | None
    walked: int

    @classmethod
    def of(cls, end: End | None) -> EndState | None:
        """Describe an end, if there is one and a cursor to go on at."""
        cursor = end.position.cursor if end else None
        if end is None or cursor is None:
            return None
        return cls(cursor=cursor, reached=end.times.reached, last=end.last, walked=end.walked)

    def end(self, order: str, tolerance: int) -> End:
        """Return the end as it was.

        Args:
            order: The sort order that begins there.
            tolerance: Seconds that a creation time may be out of order by.
        """
        return End(
            order,
            cursor=self.cursor,
            reached=self.reached,
            last=self.last,
            walked=self.walked,
            tolerance=tolerance,
        )


class InterruptedRead(msgspec.Struct, kw_only=True):
    """A read that did not come to its end.

    Attributes:
        version: Version of this form. States from before it was noted have none, and this form.
        replication_method: The method that it was read by.
        scope: What it let through.
        at_most: What the bookmark becomes at most, once it has come to its end; `newest` in the
            state.
        from_newest: How far it came from the newest end.
        from_oldest: How far it came from the oldest end, if it is to be read from there too.
        shared: How many records both ends have read.
        total: Size of the whole list when it began, if it was to read all of it; or as the API
            counted last, where rows that vanish matter.
        changed: The latest time of change that it has seen, if it looks at these.
        page_size: How many records a full page has. States from before it was noted have none.
    """

    version: Literal[1] = 1
    replication_method: str
    scope: Scope
    at_most: str = msgspec.field(name="newest")
    from_newest: EndState
    from_oldest: EndState | None
    shared: int
    total: int | None
    changed: str | None = None
    page_size: int | None = None

    def __post_init__(self) -> None:
        """Refuse a time that no run writes."""
        if utc_text(parse(self.at_most)) != self.at_most:
            raise ValueError(self.at_most)

    @classmethod
    def of(cls, read: Read, method: str, scope: Scope) -> InterruptedRead | None:
        """Describe a read as it stands, if there is something to go on with.

        Args:
            read: The read.
            method: The replication method.
            scope: What the read lets through.
        """
        walk, at_most = read.walk, read.at_most
        from_newest = EndState.of(walk.newest)
        # Where a list has no order, a cursor says nothing of what lies before it
        in_order = walk.newest.times.reached and walk.newest.times.in_order
        if walk.finished or not (at_most and from_newest and in_order):
            return None
        return cls(
            replication_method=method,
            scope=scope,
            at_most=at_most,
            from_newest=from_newest,
            from_oldest=EndState.of(walk.oldest),
            shared=walk.shared,
            total=read.count,
            changed=read.changed,
            page_size=read.page_size,
        )

    def resume(self, walk: Walk) -> None:
        """Put a walk that has not begun where this one was."""
        walk.newest = self.from_newest.end(NEWEST_FIRST, walk.tolerance)
        if walk.until is None:
            walk.shared, walk.total = self.shared, self.total
            if self.from_oldest:
                walk.oldest = self.from_oldest.end(OLDEST_FIRST, walk.tolerance)


def interrupted_read(stored: Any) -> InterruptedRead:
    """Understand what a state holds of interrupted reads.

    Args:
        stored: A list of one, which Meltano replaces as a whole where it merges states.

    Raises:
        msgspec.ValidationError: If it is of no form that this version of the tap knows.
    """
    return msgspec.convert(stored, list[InterruptedRead])[0]
