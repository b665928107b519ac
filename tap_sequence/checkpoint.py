"""What is stored of a read that did not come to its end."""

from __future__ import annotations

import msgspec

from tap_sequence.scope import Scope  # noqa: TC001  msgspec looks the type up
from tap_sequence.times import parse, utc_text
from tap_sequence.walk import End


class EndState(msgspec.Struct):
    """How far a list has been read from one end; the attributes are what `End` takes."""

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
        return cls(cursor, end.reached, next(reversed(end.ids), None), end.walked)

    def end(self, order: str, created_at: str) -> End:
        """Return the end as it was."""
        return End(order, created_at, **msgspec.structs.asdict(self))


class InterruptedRead(msgspec.Struct):
    """A read that did not come to its end.

    Attributes:
        replication_method: In which mode it was reading.
        scope: What it let through.
        newest: The bookmark, once it has come to its end.
        from_newest: How far it came from the newest end.
        from_oldest: How far it came from the oldest end, if it is to be read from there too.
        shared: How many records both ends have read.
        total: Size of the whole list when it began, if it was to read all of it.
    """

    replication_method: str
    scope: Scope
    newest: str
    from_newest: EndState
    from_oldest: EndState | None
    shared: int
    total: int | None

    def __post_init__(self) -> None:
        """Refuse a time that no run writes."""
        if utc_text(parse(self.newest)) != self.newest:
            raise ValueError(self.newest)
