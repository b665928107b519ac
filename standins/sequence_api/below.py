"""The lists below a parent as a test has them in hand.

lines = api.below("invoice_line_items")
lines.give(invoice, 250)
…
assert [lines.parent(request) for request in lines.requests] == [invoice] * 3
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any
from zlib import crc32

from standins.sequence_api.item import Item, identity_of
from standins.sequence_api.lineage import NOTHING, Told, serials
from standins.sequence_api.parameters import ARCHIVED
from standins.sequence_api.rows import field_names
from standins.sequence_api.store import ALL, Selection, Store
from standins.sequence_api.times import soon
from standins.sequence_api.totals import TOTALS, text_of, total, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from standins.sequence_api.item import BelowDescription
    from standins.sequence_api.listing import Host, Listing
    from standins.sequence_api.messages import Request
    from standins.sequence_api.relations import Relations
    from standins.sequence_api.rows import Row

_REMEMBERED = 2000


class Below:
    """One list below a parent, of all its parents.

    Args:
        endpoint: What it is.
        host: What it shares with the other lists.
        relations: What else there is in the account.
        listing: Gives another list by its name.
        beside: Gives another list below a parent by its name.

    Attributes:
        endpoint: What it is.
        listing: Gives another list by its name.
        beside: Gives another list below a parent by its name.
        relations: What else there is in the account.
    """

    def __init__(
        self,
        endpoint: BelowDescription,
        host: Host,
        relations: Relations,
        listing: Callable[[str], Listing[Any]],
        beside: Callable[[str], Below],
    ) -> None:
        self.endpoint = endpoint
        self.listing = listing
        self.beside = beside
        self.relations = relations
        self._host = host
        self._parents = listing(endpoint.parent)
        self._said = endpoint.said or endpoint.name
        self._before, self._after = f"/api{endpoint.path}".split("{}")
        self._kept: dict[str, Store[Item]] = {}
        self._stamp: tuple[int, ...] = ()
        self._remembered = _REMEMBERED
        self._latest = 0
        self._grouped: tuple[int, dict[object, list[dict[str, Any]]]] | None = None
        self._random = Random(endpoint.name)  # noqa: S311  sample data, no secret

    @property
    def requests(self) -> list[Request]:
        """What was asked of it so far, below whichever parent, oldest first."""
        return [request for request in self._host.requests if self.concerns(request)]

    def concerns(self, request: Request) -> bool:
        """Whether a request asks for this list: to script a fault for it."""
        return self.match(request.path) is not None

    def parent(self, request: Request) -> str:
        """The id of the parent below which a request asks.

        Raises:
            ValueError: If it asks for something else.
        """
        if (found := self.match(request.path)) is None:
            raise ValueError(f"{request.path} is no {self.endpoint.name}")
        return found

    def match(self, path: str) -> str | None:
        """The parent's id in a path; None if it is another list's."""
        if not (path.startswith(self._before) and path.endswith(self._after)):
            return None
        found = path[len(self._before) : len(path) - len(self._after)]
        return found if found and (self._after or "/" not in found) else None

    def listed(self, version: str | None = None, *, include_archived: bool = True) -> list[object]:
        """The items that a client must get below all parents, the newest parent's first.

        Args:
            version: As a client asks for it; the pinned one if not given.
            include_archived: As a client asks for it; but here true if not given.
        """
        with self._host.lock:
            parents = [row.id for row in self._parents.store.selected()]
            return [
                item
                for parent in reversed(parents)
                for item in self.of(parent, version, include_archived=include_archived)
            ]

    def of(
        self, parent: str, version: str | None = None, *, include_archived: bool = True
    ) -> list[object]:
        """The items that a client must get below one parent; see `listed`.

        Raises:
            KeyError: If there is no such parent.
        """
        version = version or self._host.version
        if version not in self.endpoint.versions:
            return []
        selection = ALL
        if not include_archived and ARCHIVED.test:
            selection = Selection(frozenset({(ARCHIVED.test, "")}))
        with self._host.lock:
            rows = self.store(parent).selected(selection)
            return [row.item(version) for row in reversed(rows)]

    def give(self, parent: str, rows: int | Sequence[Mapping[str, object]]) -> None:
        """Say what there is below a parent.

        Where all totals of the lines of a document are given, its own become their sum.

        Args:
            parent: The parent's key.
            rows: How many rows are drawn; or which ones, each with some of its fields, as in
                `Listing.add`.

        Raises:
            KeyError: If there is no such parent.
            ValueError: If there can't be so many.
        """
        number = rows if isinstance(rows, int) else len(rows)
        if self.endpoint.single and number != 1:
            raise ValueError("there is one object below each parent")
        with self._host.lock:
            row, told = self._told(parent)
            told.number = number
            told.rows = None if isinstance(rows, int) else [self._named(each) for each in rows]
            if self.endpoint.said:
                _sum_up(row, told.rows)
            self._parents.store.touch()

    def change(self, parent: str) -> None:
        """Draw what is below a parent anew, of which the parent shows nothing.

        Raises:
            KeyError: If there is no such parent.
        """
        with self._host.lock:
            row, told = self._told(parent)
            latest = max(self._latest, self._parents.newest, getattr(row, "updated", row.micros))
            self._latest, _ = soon(self._random.random, latest)
            told.redrawn.append((row.edition, self._latest))
            self._parents.store.touch()

    def warm(self, version: str | None = None) -> None:
        """Keep all items as JSON, so that a benchmark measures its client and not this."""
        with self._host.lock:
            parents = [row.id for row in self._parents.store.selected()]
            self._remembered = max(self._remembered, len(parents))
            for parent in parents:
                for row in self.store(parent).selected():
                    row.warm(version or self._host.version)

    def store(self, parent: str) -> Store[Item]:
        """The rows below a parent; to be used with the host's lock held.

        Raises:
            KeyError: If there is no such parent.
        """
        names = (self.endpoint.parent, *self.endpoint.others)
        stamp = tuple([self.listing(name).store.changes for name in names])
        if stamp != self._stamp or len(self._kept) > self._remembered:
            self._kept.clear()
            self._stamp = stamp
        if (found := self._kept.get(parent)) is None:
            found = Store()
            found.add(self.endpoint.items(self, self._parents.store[parent]))
            self._kept[parent] = found
        return found

    @property
    def newest(self) -> int:
        """When the last parent was created, in microseconds since 1970."""
        return self._parents.newest

    def grouped(self, name: str, field: str) -> dict[object, list[dict[str, Any]]]:
        """All rows of another list, by the value of one field."""
        store = self.listing(name).store
        if self._grouped is None or self._grouped[0] != store.changes:
            found: dict[object, list[dict[str, Any]]] = {}
            for row in store.selected():
                fields = row.fields
                found.setdefault(fields[field], []).append(fields)
            self._grouped = store.changes, found
        return self._grouped[1]

    def within(self, parent: str) -> str:
        """What binds cursors to a parent."""
        return f"/{crc32(parent.encode('utf-8', 'surrogatepass')):x}"

    def told(self, parent: Row) -> Told:
        """What a test has said of what is below a parent."""
        return (parent.below or {}).get(self._said, NOTHING)

    def drawn(self, parent: Row, numbers: Sequence[int] | None = None) -> list[Item]:
        """The rows below a parent, with what is given of them.

        Args:
            parent: The parent.
            numbers: Their serial numbers, if they are none of those that follow from the sizes.
        """
        sizes = self.endpoint.sizes
        if numbers is None and sizes:
            numbers = serials(self._said, sizes, parent)
        told = self.told(parent)
        items = [self.item(parent, number) for number in numbers or ()]
        for item in items:
            item.redraw(len(told.redrawn))
        for item, fields in zip(items, told.rows or (), strict=False):
            item.update(fields)
        return items

    def ids(self, parent: Row) -> list[str]:
        """The ids of the rows below a parent."""
        if self.told(parent).rows is not None:
            return [item.id for item in self.drawn(parent)]
        name, sizes = self.endpoint.name, self.endpoint.sizes
        numbers = serials(self._said, sizes, parent) if sizes else ()
        return [identity_of(name, parent.id, number) for number in numbers]

    def item(self, parent: Row, serial: int, identity: str | None = None) -> Item:
        """One row below a parent."""
        identity = identity or identity_of(self.endpoint.name, parent.id, serial)
        return Item(self.endpoint, self.relations, parent, serial, identity)

    def _told(self, parent: str) -> tuple[Row, Told]:
        row = self._parents.store[parent]
        row.below = row.below or {}
        return row, row.below.setdefault(self._said, Told())

    def _named(self, fields: Mapping[str, object]) -> dict[str, object]:
        return field_names(fields, {*self.endpoint.shape.names("any"), "createdAt", "archivedAt"})


def _sum_up(parent: Row, rows: Sequence[Mapping[str, object]] | None) -> None:
    """Give a document the totals of its lines, where all of them are given."""
    sums: dict[str, object] = {}
    for name in TOTALS if rows is not None else ():
        values = [value_of(fields[name]) for fields in rows or () if name in fields]
        if len(values) == len(rows or ()) and (rows or name in parent.given):
            sums[name] = text_of(total(value for value in values if value is not None))
    parent.update(sums)
