"""All rows of a list in its order, and pages of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Generic

from standins.sequence_api.population import AnyRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from standins.sequence_api.rows import Key, Row

_key = attrgetter("key")


@dataclass(frozen=True)
class Selection:
    """Which rows a list holds.

    Attributes:
        tests: What a row must meet, each with the value that it is compared with.
    """

    tests: frozenset[tuple[Callable[[Row, str], bool], str]] = frozenset()

    def __contains__(self, row: Row) -> bool:
        return all(test(row, value) for test, value in self.tests)


ALL: Final = Selection()


@dataclass(frozen=True)
class Page(Generic[AnyRow]):
    """Some rows, and the keys to go on from: None where nothing lies in that direction."""

    rows: Sequence[AnyRow]
    before: Key | None
    after: Key | None
    total: int


class Store(Generic[AnyRow]):
    """All rows, by their keys. One thread at a time.

    Attributes:
        changes: How often something changed: a page that was made at another count is stale.
    """

    def __init__(self) -> None:
        self.changes = 0
        self._all: list[AnyRow] = []
        self._by_id: dict[str, AnyRow] = {}
        self._selected: dict[Selection, list[AnyRow]] = {}

    def __getitem__(self, identity: str) -> AnyRow:
        return self._by_id[identity]

    @property
    def ids(self) -> Iterable[str]:
        """Which ids are taken."""
        return self._by_id.keys()

    def add(self, rows: Iterable[AnyRow]) -> None:
        """Put rows where they belong.

        Raises:
            ValueError: If there is a row of that id.
        """
        added = list(rows)
        known = set(self._by_id)
        for row in added:
            if row.id in known:
                raise ValueError(f"there is a row {row.id} already")
            known.add(row.id)
        self._by_id.update((row.id, row) for row in added)
        if len(added) == 1:
            insort(self._all, added[0], key=_key)
        else:
            self._all.extend(added)
            self._all.sort(key=_key)
        self.touch()

    def take(self, identity: str) -> AnyRow:
        """Take a row out, for good or to be changed and added again."""
        row = self._by_id.pop(identity)
        del self._all[bisect_left(self._all, row.key, key=_key)]
        self.touch()
        return row

    def selected(self, selection: Selection = ALL) -> Sequence[AnyRow]:
        """The rows of a selection, by their keys."""
        if selection == ALL:
            return self._all
        if (selected := self._selected.get(selection)) is None:
            selected = [row for row in self._all if row in selection]
            self._selected[selection] = selected
        return selected

    def page(
        self,
        selection: Selection,
        limit: int | None,
        *,
        descending: bool,
        before: Key | None = None,
        after: Key | None = None,
    ) -> Page[AnyRow]:
        """One page: what lies behind `after`, or in front of `before`, or else the first one."""
        rows = self.selected(selection)
        limit = len(rows) if limit is None else limit
        older, newer = (after, before) if descending else (before, after)
        low, high = 0, len(rows)
        if older is not None:
            high = bisect_left(rows, older, key=_key)
            low = max(0, high - limit)
        elif newer is not None:
            low = bisect_right(rows, newer, key=_key)
            high = min(high, low + limit)
        elif descending:
            low = max(0, high - limit)
        else:
            high = min(high, limit)
        found = rows[low:high]
        more_older = found[0].key if found and low > 0 else None
        more_newer = found[-1].key if found and high < len(rows) else None
        return Page(
            rows=found[::-1] if descending else found,
            before=more_newer if descending else more_older,
            after=more_older if descending else more_newer,
            total=len(rows),
        )

    def touch(self) -> None:
        """Note a change, of the rows or of what they are chosen and shown by."""
        self.changes += 1
        self._selected.clear()
