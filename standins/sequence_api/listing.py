"""One list as a test has it in hand: its rows, and what happens to them.

invoices = api["invoices"]
api.fail(faults.before(lambda: invoices.change(3)), when=invoices.concerns, skip=1)
…
assert len(invoices.requests) == 11
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Generic, Literal, Protocol

from standins.sequence_api.parameters import ARCHIVED
from standins.sequence_api.population import AnyRow
from standins.sequence_api.rows import field_names
from standins.sequence_api.store import Selection, Store
from standins.sequence_api.times import soon, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from threading import RLock

    from standins.sequence_api.endpoint import Endpoint
    from standins.sequence_api.messages import Request
    from standins.sequence_api.parameters import Test
    from standins.sequence_api.population import Population
    from standins.sequence_api.switches import Ids, Sorting

Cut = Literal["never", "led", "stuck"]
Numbered = Literal["never", "rows", "pages"]


class Host(Protocol):
    """What all lists of one API share."""

    lock: RLock
    requests: list[Request]
    version: str


class Listing(Generic[AnyRow]):
    """One list.

    Args:
        endpoint: Where it is, and what can be asked of it.
        host: What it shares with the other lists.
        population: Where its rows come from.
        rows: Makes the first rows, oldest first, when they are first looked at.
        newest: When the last of these was created, in microseconds since 1970.

    Attributes:
        endpoint: Where it is, and what can be asked of it.
        cut: Whether a list that is documented to come whole comes in pages: "never"; "led" on by
            `after`, which is documented nowhere; or "stuck", the first page answering `after` too.
        numbered: Whether cursors are numbers, and of what; "never" where they hold keys.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        host: Host,
        population: Population[AnyRow],
        rows: Callable[[], Iterable[AnyRow]],
        newest: int,
    ) -> None:
        self.endpoint = endpoint
        self.cut: Cut = "never"
        self.numbered: Numbered = "never"
        self._host = host
        self._population = population
        self._rows = rows
        self._newest = newest
        self._store: Store[AnyRow] | None = None
        self._first: Sequence[AnyRow] = ()
        self._latest = newest
        self._random = Random(endpoint.name)  # noqa: S311  sample data, no secret

    @property
    def store(self) -> Store[AnyRow]:
        """Its rows; to be used with the host's lock held."""
        if self._store is None:
            self._first = tuple(self._rows())
            self._store = Store()
            self._store.add(self._first)
        return self._store

    @property
    def ids(self) -> Ids:
        """Of an event log: whether its ids hold the creation time; to be set before it is used."""
        return self._population.switches.ids

    @ids.setter
    def ids(self, version: Ids) -> None:
        self._unused()
        self._population.switches.ids = version

    @property
    def sorted_by(self) -> Sorting:
        """Of an event log: what it is sorted by; to be set before it is used."""
        return self._population.switches.sorted_by

    @sorted_by.setter
    def sorted_by(self, field: Sorting) -> None:
        self._unused()
        self._population.switches.sorted_by = field

    @property
    def inclusive(self) -> bool:
        """Of an event log: whether `eventTimestampAfter` and `…Before` mean that very time too."""
        return self._population.switches.inclusive

    @inclusive.setter
    def inclusive(self, given: bool) -> None:
        with self._host.lock:
            self._population.switches.inclusive = given
            self.store.touch()

    @property
    def first(self) -> Sequence[AnyRow]:
        """The rows that it had at first, oldest first."""
        _ = self.store
        return self._first

    @property
    def rows(self) -> list[AnyRow]:
        """All rows, archived ones too, in the list's order; where it has one, oldest first."""
        with self._host.lock:
            return list(self.store.selected())

    @property
    def newest(self) -> int:
        """When the last row was created, in microseconds since 1970."""
        rows = self.store.selected()
        if not rows:
            return self._newest
        ordered = self.endpoint.ordered and self.sorted_by == "creation"
        return rows[-1].micros if ordered else max(row.micros for row in rows)

    @property
    def path(self) -> str:
        """The path of its requests."""
        return f"/api{self.endpoint.path}"

    @property
    def requests(self) -> list[Request]:
        """What was asked of it so far, oldest first."""
        return [request for request in self._host.requests if self.concerns(request)]

    def concerns(self, request: Request) -> bool:
        """Whether a request asks for this list: to script a fault for it."""
        return request.path == self.path

    def listed(
        self, version: str | None = None, *, include_archived: bool = True, **filters: str
    ) -> list[object]:
        """The items that a client must get, the last of the order first.

        Args:
            version: As a client asks for it; the pinned one if not given.
            include_archived: As a client asks for it; but here true if not given.
            **filters: As a client asks for them; `legal_name` means `legalName`.
        """
        tests = _filters(self.endpoint)
        named = field_names(filters, tests)
        chosen = {(tests[name], str(value)) for name, value in named.items()}
        if not include_archived and ARCHIVED.test:
            chosen.add((ARCHIVED.test, ""))
        with self._host.lock:
            rows = list(self.store.selected(Selection(frozenset(chosen))))
            return [row.item(version or self._host.version) for row in reversed(rows)]

    def add(self, n: int = 1, **fields: object) -> list[AnyRow]:
        """New rows, each created up to some seconds after all others, and after all changes.

        Args:
            n: How many.
            **fields: What is not to be drawn, for each of them: `created_at`, `legal_name`, or
                under the API's names. `ABSENT` leaves a field out, None makes it null.
        """
        named = self._population.named(fields)
        added = []
        with self._host.lock:
            after = max(self.newest, self._latest)
            for _ in range(n):
                row = self._population.newcomer(after)
                after = row.micros
                row.update(named)
                added.append(row)
            self.store.add(added)
        return added

    def change(self, which: int | str = 1, **fields: object) -> list[AnyRow]:
        """Change rows, as of some seconds after all that happened before.

        Args:
            which: The key of one; or how many, whichever.
            **fields: What becomes of them, named as in `add`. If none is given, all their values
                are drawn anew but key, creation time and what belongs to what.

        Raises:
            KeyError: If there is no such row.
        """
        with self._host.lock:
            rows = self._picked(which)
            named = {row: fields if row.raw else self._population.named(fields) for row in rows}
            for row in rows:
                self._latest, digits = soon(self._random.random, max(self._latest, self.newest))
                self.store.take(row.id)
                try:
                    row.change(self._latest, digits, renew=not fields)
                    row.update(named[row])
                finally:
                    self.store.add([row])
        return rows

    def archive(self, which: int | str = 1) -> list[AnyRow]:
        """Archive rows, given as in `change`, as of the time of the newest one."""
        with self._host.lock:
            return self.change(which, archivedAt=text_of(self.newest))

    def remove(self, which: int | str = 1) -> list[AnyRow]:
        """Let rows vanish, given as in `change`."""
        with self._host.lock:
            return [self.store.take(row.id) for row in self._picked(which)]

    def warm(self, version: str | None = None) -> None:
        """Keep all items as JSON, so that a benchmark measures its client and not this."""
        with self._host.lock:
            for row in self.store.selected():
                row.warm(version or self._host.version)

    def _unused(self) -> None:
        if self._store is not None:
            raise RuntimeError("the list has been used already")

    def _picked(self, which: int | str) -> list[AnyRow]:
        if isinstance(which, str):
            return [self.store[which]]
        rows = self.store.selected()
        return [rows[place] for place in self._random.sample(range(len(rows)), which)]


def _filters(endpoint: Endpoint) -> dict[str, Test]:
    """What compares rows with a value, by the parameters' names."""
    return {
        each.name: each.parameter.test
        for each in endpoint.parameters
        if each.parameter.test and each.parameter.idle is None
    }
