"""A list in pages: what requesting, reading and delivering a list have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

NEWEST_FIRST = "DESC"
OLDEST_FIRST = "ASC"

Record = dict[str, Any]
"""An object of the API, on its way to a RECORD message."""


class Position(NamedTuple):
    """A place in a list.

    Attributes:
        order: The sort order, NEWEST_FIRST or OLDEST_FIRST.
        cursor: `pagination.after` of the page before, in that order; None for the first page.
    """

    order: str
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    Attributes:
        records: Its records, in the order of the list.
        keys: The key of each record, as text.
        times: The creation time of each record, in the fixed-width form of `times`; None where a
            record has none, or the list is not ordered by it.
        after: Cursor of the next page; None on the last page.
        total: How many records the whole list has, where the API says so.
        answered: When the API answered, by its own clock, in the same form.
    """

    records: list[Record]
    keys: list[str]
    times: list[str | None]
    after: str | None
    total: int | None
    answered: str | None = None
