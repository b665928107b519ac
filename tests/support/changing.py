"""A list in memory that changes while it is read, in an order of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_sequence.pages import NEWEST_FIRST, Page, Position
from tap_sequence.reading.progress import Progress, State, Terms
from tap_sequence.reading.scope import Account
from tests.support.lists import at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_sequence.pages import Record

PAGE_SIZE = 3


@dataclass
class ChangingList:
    """A list that is read, in place of the API.

    Attributes:
        ordered: Whether it is in order of creation; else by a number of its own for each record.
        numbered: Whether a cursor is the number of records before it, rather than the last key.
        counted: Whether the API says how many records there are.
        before: What happens before an answer, by the number of the request.
        rows: The records, by key.
        clock: Seconds that have passed; each answer and each change takes one.
    """

    ordered: bool
    numbered: bool
    counted: bool = True
    before: dict[int, Callable[[ChangingList], None]] = field(default_factory=dict)
    rows: dict[str, Record] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    clock: int = 0
    asked: int = 0
    page_size: int = PAGE_SIZE
    ahead: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin with no request under way."""
        self._under_way: list[Position] = []

    def add(self, place: int) -> None:
        """Add a record."""
        self.clock += 1
        key = str(len(self.places))
        self.places[key] = place
        now = at(self.clock)
        self.rows[key] = {"id": key, "createdAt": now, "updatedAt": now, "version": 0}

    def change(self, number: int, place: int) -> None:
        """Change a record, which may move it."""
        self.clock += 1
        if self.rows:
            key = sorted(self.rows)[number % len(self.rows)]
            row = self.rows[key]
            self.rows[key] = {**row, "updatedAt": at(self.clock), "version": row["version"] + 1}
            self.places[key] = place

    def remove(self, number: int) -> None:
        """Remove a record."""
        self.clock += 1
        if self.rows:
            del self.rows[sorted(self.rows)[number % len(self.rows)]]

    # --- What pages are requested with ---

    def start(self, position: Position) -> None:
        """Request a page."""
        self._under_way.append(position)

    def first(self) -> str:
        """Tell the order of the request that was made first."""
        return self._under_way[0].order

    def take(self, order: str) -> Page:
        """Answer a request."""
        position = next(one for one in self._under_way if one.order == order)
        self._under_way.remove(position)
        self.asked += 1
        self.clock += 1
        if happens := self.before.get(self.asked):
            happens(self)
        listed = sorted(self.rows.values(), key=self._place, reverse=order == NEWEST_FIRST)
        rest = listed[self._begin(position, listed) :]
        page = [dict(row) for row in rest[: self.page_size]]
        after = None
        if len(rest) > len(page):
            after = str(self._begin(position, listed) + len(page))
            if not self.numbered:
                after = ":".join(str(part) for part in self._place(page[-1]))
        return Page(
            page,
            [row["id"] for row in page],
            [row["createdAt"] if self.ordered else None for row in page],
            after,
            len(self.rows) if self.counted else None,
            at(self.clock),
        )

    def drop(self, order: str) -> None:
        """Forget the requests of an order."""
        self._under_way = [one for one in self._under_way if one.order != order]

    def under_way(self) -> set[str]:
        """Tell the orders of the requests that are under way."""
        return {position.order for position in self._under_way}

    def _place(self, row: Record) -> tuple[Any, int]:
        key = row["id"]
        return (row["createdAt"] if self.ordered else f"{self.places[key]:04}", int(key))

    def _begin(self, position: Position, listed: list[Record]) -> int:
        if position.cursor is None:
            return 0
        if self.numbered:
            return int(position.cursor)
        time, _, key = position.cursor.rpartition(":")
        place = (time, int(key))
        if position.order == NEWEST_FIRST:
            return sum(self._place(row) >= place for row in listed)
        return sum(self._place(row) <= place for row in listed)


@dataclass
class Target:
    """What a target holds, and the state that it has confirmed.

    Attributes:
        start_date: Creation time before which nothing is wanted.
        rows: The rows, by key.
        state: The state.
    """

    start_date: str | None = None
    rows: dict[str, Record] = field(default_factory=dict)
    state: State = field(default_factory=dict)

    def load(self, source: ChangingList, pages: int | None = None) -> int:
        """Run the tap once, or until so many pages have been delivered.

        Returns:
            How many rows were delivered.
        """
        delivered = 0
        source.clock += 1
        source.drop("DESC")
        source.drop("ASC")
        for number, (records, state) in enumerate(self._deliveries(source)):
            if number == pages:
                return delivered
            delivered += len(records)
            self.rows |= {row["id"]: row for row in records}
            self.state = state
        return delivered

    def _deliveries(self, source: ChangingList) -> Iterator[tuple[list[Record], State]]:
        terms = Terms(
            replication_method="INCREMENTAL",
            replication_key="updatedAt",
            changed_at="updatedAt",
            created_at="createdAt" if source.ordered else None,
            account=Account("", "", ""),
            filters={},
            start_date=self.start_date,
            lookback_window=0,
            started=at(source.clock),
        )
        progress = Progress(self.state, terms)
        while True:
            resuming = progress.interrupted is not None
            read = progress.read(print)
            for records in read.pages(source):
                yield records, progress.after(read)
            if not resuming:
                return
