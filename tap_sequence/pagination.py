"""How a list is read: newest first, page by page, down to where the last run left off.

Sequence's lists have no filter on creation time, so a limit in time is found by reading towards it.
A cursor names a place in the list by key, not by number: customers created during a read do not
shift the pages that follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from tap_sequence.errors import SequenceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_sequence.records import Record


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a list.

    Attributes:
        records: Its records, in the order of the list.
        after: Cursor of the next page; None on the last one.
        total: How many records the whole list has (`totalResultSize`), where the API says so.
    """

    records: list[Record]
    after: str | None
    total: int | None


class Span(msgspec.Struct, omit_defaults=True):
    """A stretch of the list that is still to be read.

    Attributes:
        until: Creation time at which it ends, inclusive; None where the list itself ends it.
        after: Cursor to go on at; None for the newest end of the list.
        delivered: Records that earlier pages of it have delivered.
        total: Size of the list when its reading began; only where `until` is None.
        finished: Whether its last page has been fetched.
    """

    until: str | None = None
    after: str | None = None
    delivered: int = 0
    total: int | None = None
    finished: bool = False

    def pages(self, fetch: Callable[[str | None], Page], created_at: str) -> Iterator[list[Record]]:
        """Read the span from where it stands, moving its start along.

        When a page is yielded the span already tells what is left after it.

        Args:
            fetch: Requests the page at a cursor, None for the first.
            created_at: Property that holds the creation time, in a form whose text sorts.

        Yields:
            The records of each page that lie in the span; those without a creation time always do.

        Raises:
            SequenceError: If the API names a cursor a second time: the read would never end.
        """
        seen = {self.after}
        while not self.finished:
            page = fetch(self.after)
            times = [record[created_at] for record in page.records if record.get(created_at)]
            at_limit = self.until is not None and min(times, default=self.until) < self.until
            self.finished = page.after is None or at_limit
            if not self.finished and page.after in seen:
                raise SequenceError(
                    f"the API named the cursor {page.after!r} a second time: its pages go round in "
                    "a circle, and the rest of the list cannot be reached"
                )
            seen.add(page.after)
            records = page.records
            if self.until is not None and at_limit:
                records = [r for r in records if (r.get(created_at) or self.until) >= self.until]
            if self.until is None and self.total is None:
                self.total = page.total
            self.after = page.after
            self.delivered += len(records)
            yield records
