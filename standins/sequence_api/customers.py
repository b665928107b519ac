"""All customers in list order, and pages of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from operator import attrgetter
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from standins.sequence_api.people import Customer

Key = tuple[int, str]
_key = attrgetter("key")


@dataclass(frozen=True)
class Selection:
    """Which customers a list contains.

    Whether a filter matches the whole value or a part of it is not documented. Here it must be
    equal: the strictest reading.
    """

    archived: bool = False
    filters: frozenset[tuple[str, str]] = frozenset()

    def __contains__(self, customer: Customer) -> bool:
        if customer.archived and not self.archived:
            return False
        if not self.filters:
            return True
        fields = customer.fields
        return all(
            value in _texts(fields.get("aliases")) if name == "alias" else fields.get(name) == value
            for name, value in self.filters
        )


def _texts(value: object) -> list[object]:
    return value if isinstance(value, list) else []


@dataclass(frozen=True)
class Page:
    """Some customers, and the keys to continue from: None if nothing lies in that direction."""

    customers: Sequence[Customer]
    before: Key | None
    after: Key | None
    total: int


class Customers:
    """All customers, by creation time and then id. For one thread at a time, with `lock` held.

    Attributes:
        lock: Must be held during every use.
        changes: How often something has changed: a page made at another count is stale.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.changes = 0
        self._all: list[Customer] = []
        self._by_id: dict[str, Customer] = {}
        self._selected: dict[Selection, list[Customer]] = {}

    def __getitem__(self, identity: str) -> Customer:
        return self._by_id[identity]

    @property
    def ids(self) -> Iterable[str]:
        """The ids that are taken."""
        return self._by_id.keys()

    @property
    def newest(self) -> int | None:
        """When the newest one was created, in microseconds since 1970."""
        return self._all[-1].micros if self._all else None

    def add(self, customers: Iterable[Customer]) -> None:
        """Insert customers where they belong.

        Raises:
            ValueError: If there is already a customer with that id.
        """
        added = list(customers)
        known = set(self._by_id)
        for customer in added:
            if customer.id in known:
                raise ValueError(f"there is a customer {customer.id} already")
            known.add(customer.id)
        self._by_id.update((customer.id, customer) for customer in added)
        if len(added) == 1:
            insort(self._all, added[0], key=_key)
        else:
            self._all.extend(added)
            self._all.sort(key=_key)
        self.changed()

    def take(self, identity: str) -> Customer:
        """Remove a customer, to be changed and added again."""
        customer = self._by_id.pop(identity)
        del self._all[bisect_left(self._all, customer.key, key=_key)]
        self.changed()
        return customer

    def changed(self) -> None:
        """Forget everything derived from the customers as they were."""
        self.changes += 1
        self._selected.clear()

    def selected(self, selection: Selection) -> Sequence[Customer]:
        """The customers of a selection, oldest first."""
        if selection == _EVERYONE:
            return self._all
        if (selected := self._selected.get(selection)) is None:
            selected = [customer for customer in self._all if customer in selection]
            self._selected[selection] = selected
        return selected

    def page(
        self,
        selection: Selection,
        limit: int,
        *,
        descending: bool,
        before: Key | None = None,
        after: Key | None = None,
    ) -> Page:
        """One page: the one after `after`, or before `before`, or else the first."""
        customers = self.selected(selection)
        older, newer = (after, before) if descending else (before, after)
        low, high = 0, len(customers)
        if older is not None:
            high = bisect_left(customers, older, key=_key)
            low = max(0, high - limit)
        elif newer is not None:
            low = bisect_right(customers, newer, key=_key)
            high = min(high, low + limit)
        elif descending:
            low = max(0, high - limit)
        else:
            high = min(high, limit)
        found = customers[low:high]
        more_older = found[0].key if found and low > 0 else None
        more_newer = found[-1].key if found and high < len(customers) else None
        return Page(
            customers=found[::-1] if descending else found,
            before=more_newer if descending else more_older,
            after=more_older if descending else more_newer,
            total=len(customers),
        )


_EVERYONE = Selection(archived=True)
