"""All lists of one API, each made when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from standins.sequence_api.below import Below
from standins.sequence_api.described import DescribedPopulation
from standins.sequence_api.listing import Listing
from standins.sequence_api.lists import BELOW, DESCRIPTIONS, EVENTS
from standins.sequence_api.lists.customers import CUSTOMERS
from standins.sequence_api.relations import Relations

if TYPE_CHECKING:
    from standins.sequence_api.described import DescribedRow, Description
    from standins.sequence_api.listing import Host
    from standins.sequence_api.people import Customer

Rows = int | Sequence[Mapping[str, object]]

_DESCRIPTIONS = {each.name: each for each in (*DESCRIPTIONS, *EVENTS)}
_NAMES = {f"/api{each.path}": each.name for each in (CUSTOMERS, *_DESCRIPTIONS.values())}

_BELOW = {each.name: each for each in BELOW}
_NAMES_BELOW = {tuple(each.path.strip("/").split("/{}")): each.name for each in BELOW}


class Account:
    """The lists.

    Args:
        host: What they share.
        customers: One that is made already.
        rows: How many rows the others have, or which ones, by name; or one number for all of them.
        seed: The same seed gives the same rows.
        newest: When the last of the drawn rows was created, in microseconds since 1970.

    Raises:
        ValueError: If there is no list of a name.
    """

    def __init__(
        self,
        host: Host,
        customers: Listing[Customer],
        rows: int | Mapping[str, Rows] | None,
        seed: int,
        newest: int,
    ) -> None:
        named = {} if rows is None or isinstance(rows, int) else dict(rows)
        if unknown := sorted(named.keys() - _DESCRIPTIONS):
            raise ValueError(f"there is no list {', '.join(unknown)}")
        self.names = ("customers", *(each.name for each in DESCRIPTIONS))
        self.logs = tuple(each.name for each in EVENTS)
        self.names_below = tuple(_BELOW)
        self._below: dict[str, Below] = {}
        self._host = host
        self._seed = seed
        self._newest = newest
        self._listings: dict[str, Listing[Any]] = {"customers": customers}
        people = len(customers.first)
        self._rows = {
            name: rows if isinstance(rows, int) else named.get(name, each.usual(people))
            for name, each in _DESCRIPTIONS.items()
        }
        sizes = {n: rows if isinstance(rows, int) else len(rows) for n, rows in self._rows.items()}
        self._relations = Relations({**sizes, "customers": people}, lambda name: self[name].first)
        for name, given in named.items():
            if not isinstance(given, int):
                _ = self[name].store

    def __getitem__(self, name: str) -> Listing[Any]:
        """A list that is below nothing, by its name.

        Raises:
            KeyError: If there is no list of that name.
        """
        with self._host.lock:
            if name not in self._listings:
                self._listings[name] = self._made(_DESCRIPTIONS[name])
            return self._listings[name]

    def below(self, name: str) -> Below:
        """A list below a parent, by its name.

        Raises:
            KeyError: If there is no list of that name.
        """
        with self._host.lock:
            if (found := self._below.get(name)) is None:
                made = Below(
                    _BELOW[name], self._host, self._relations, self.__getitem__, self.below
                )
                found = self._below[name] = made
            return found

    def at(self, path: str) -> Listing[Any] | Below | None:
        """The list at a path, if there is one."""
        if name := _NAMES.get(path):
            return self[name]
        _, _, top, *rest = path.split("/", 3) if path.startswith("/api/") else ("", "", "")
        if not rest or not rest[0]:
            return None
        parent, slash, last = rest[0].rpartition("/")
        name = _NAMES_BELOW.get((top, f"/{last}" if slash and parent else ""))
        return self.below(name) if name else None

    def _made(self, description: Description) -> Listing[DescribedRow]:
        given = self._rows[description.name]
        population = DescribedPopulation(description, self._seed, self._relations)

        def rows() -> list[DescribedRow]:
            if isinstance(given, int):
                return list(population.settled(given, self._newest))[::-1]
            return population.given(given, self._newest)

        return Listing(description, self._host, population, rows, self._newest)
