"""Lists that are described by a shape, and rows that are drawn by it.

A row's fields are drawn when they are looked at, by its number and its edition: another edition has
other values, but the same key, creation time and relations.
"""

from __future__ import annotations

import math
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final
from zlib import crc32

from standins.sequence_api.chance import ABSENT
from standins.sequence_api.endpoint import Endpoint
from standins.sequence_api.lineage import serials
from standins.sequence_api.messages import decoded, exactly
from standins.sequence_api.population import Population
from standins.sequence_api.rows import Row
from standins.sequence_api.shapes import Drawing, Nesting, Shape
from standins.sequence_api.times import DAY, digits_of, micros_of, text_of
from standins.sequence_api.totals import TOTALS, amount_of, value_of
from standins.sequence_api.versions import ANY, VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from standins.sequence_api.lineage import Sizes
    from standins.sequence_api.relations import Relations
    from standins.sequence_api.rows import Key
    from standins.sequence_api.totals import Amount

_UNCHANGED = 0.25  # the share of rows that never changed
_MOST = 10_000

LINES: Final = "lines"
"""What the lines of an invoice or a credit note are called in what a test has said of it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Description(Endpoint):
    """One list of the API, and what its rows look like.

    Attributes:
        shape: What a row shows.
        share: How many rows there are for each customer, if a test doesn't say.
        archived: The share of rows that are archived.
        empty: The share of rows whose quantities are zero.
        key: The field that tells rows apart.
        keys_of: The list whose keys the first rows have, each that of another row.
        timed: Whether its keys hold the creation time.
        lines: How many lines a row has; None if it is none that has lines.
    """

    shape: Shape
    share: float
    archived: float = 0
    empty: float = 0
    key: str = "id"
    keys_of: str = ""
    timed: bool = False
    lines: Sizes | None = None

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that have the list, oldest first."""
        return tuple(version for version in VERSIONS if self.shape.names(version))

    @cached_property
    def beginning(self) -> Shape:
        """The fields of a row up to the last of its totals."""
        names = [one.name for one in self.shape.fields]
        return Shape(self.shape.fields[: 1 + max(map(names.index, TOTALS))])

    def order(self, direction: str) -> str:
        """What an order of it is called in cursors."""
        return f"{direction}/{self.name}"

    def usual(self, customers: int) -> int:
        """How many rows there are beside so many customers, if a test doesn't say."""
        return min(math.ceil(self.share * customers), _MOST)


def uuid(number: int) -> str:
    """A UUID of 128 bits."""
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def timed(identity: str, micros: int) -> str:
    """An id with this time, where it is one that holds a time."""
    if identity[14:15] != "7":
        return identity
    text = f"{micros // 1000:012x}"
    return f"{text[:8]}-{text[8:]}{identity[13:]}"


class DescribedRow(Row):
    """One row.

    Attributes:
        number: How many rows of the list were created before it.
        updated: When it last changed, in microseconds since 1970.
    """

    __slots__ = (
        "_description", "_edition", "_first", "_place", "_relations", "_seed", "_sorted",
        "_updated_digits", "number", "updated",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913  internal: a list's own rows are made in one place
        self,
        identity: str,
        micros: int,
        digits: int,
        *,
        archived: bool,
        seed: int,
        description: Description,
        relations: Relations,
    ) -> None:
        super().__init__(identity, micros, digits, archived=archived)
        self.number = 0
        self.updated = micros
        self._updated_digits = digits
        self._edition = 0
        self._first: DescribedRow | None = None
        self._place = 0
        self._seed = seed
        self._description = description
        self._relations = relations
        self._sorted: int | None = None

    @property
    def of(self) -> str:
        """The name of its list."""
        return self._description.name

    @property
    def key(self) -> Key:
        """What the list is sorted by: where it has no order, a number that tells nothing."""
        if self.switches.sorted_by != "creation":
            if self._sorted is None:
                self._sorted = micros_of(str(self.fields[self.switches.sorted_by]))
            return self._sorted, self.id
        return (self.micros if self._description.ordered else self._place), self.id

    @property
    def edition(self) -> int:
        """How often its values were drawn anew, and what is below it was recalculated."""
        return self._edition

    @property
    def amount(self) -> Amount:
        """Its totals."""
        return amount_of(self.shown(ANY, self._description.beginning))

    @property
    def lines(self) -> list[int]:
        """Its lines, by numbers that are never given twice."""
        if self._description.lines is None:
            return []
        least = any(value_of(self.given.get(name)) for name in TOTALS)
        return serials(LINES, self._description.lines, self, least=int(least))

    @property
    def bare(self) -> bool:
        """Whether it has lines, but at present none of them."""
        return self._description.lines is not None and not self.lines

    @property
    def updated_at(self) -> str:
        """When it last changed, as the API writes it."""
        return text_of(self.updated, self._updated_digits)

    @property
    def first(self) -> DescribedRow:
        """The row as it was before it changed."""
        return self._first or self

    @property
    def fields(self) -> dict[str, object]:
        """All its fields in all versions."""
        found = decoded(exactly(self.shown(ANY)))
        return found if isinstance(found, dict) else {}

    def item(self, version: str) -> object:
        """The row as an item of the list, in one version; its decimals are exact."""
        return decoded(self.body(version))

    def body(self, version: str) -> bytes:
        """The item as JSON."""
        return (self._bodies or {}).get(version) or exactly(self.shown(version))

    def warm(self, version: str) -> None:
        """Keep the item as JSON, to be answered at once."""
        self._bodies = {**(self._bodies or {}), version: self.body(version)}

    def drawn(self, version: str, shape: Shape | None = None) -> dict[str, object]:
        """What a version shows, or another shape that begins alike, but for what is given."""
        seed = self._seed + self.number + (self._edition << 32)
        drawing = Drawing(seed, self, version, self._relations)
        return (shape or self._description.shape)(drawing)

    def settle(self, number: int, identity: str) -> None:
        """Take the place in the list that goes with a number and a key."""
        self.number = number
        self.id = identity
        self._place = crc32(identity.encode("utf-8", "surrogatepass"))

    def touch(self, micros: int, digits: int) -> None:
        """Have changed at a time."""
        self.updated = micros
        self._updated_digits = digits
        self._bodies = None
        self._sorted = None

    def update(self, fields: Mapping[str, object]) -> None:
        """Change fields, given under the API's names."""
        super().update(fields)
        if self._description.key in fields:
            self.settle(self.number, str(fields[self._description.key]))
        elif self._description.timed and "createdAt" in fields:
            self.settle(self.number, timed(self.id, self.micros))
        self._sorted = None
        with suppress(KeyError, ValueError):
            self.updated = micros_of(str(fields["updatedAt"]))

    def change(self, micros: int, digits: int, *, renew: bool) -> None:
        """Change as of a time, or after its last change, if that is later."""
        self._first = self._first or copy(self)
        self.touch(*max((micros, digits), (self.updated + 1, 6)))
        self._edition += renew
        if self._given:
            self._given = {name: self._given[name] for name in self._given if name != "updatedAt"}

    def shown(self, version: str, shape: Shape | None = None) -> dict[str, object]:
        """What a version shows, or another shape that begins alike."""
        shown = self.drawn(version, shape)
        if self._given:
            names = (shape or self._description.shape).names(version)
            shown |= {name: value for name, value in self._given.items() if name in names}
            shown = {name: value for name, value in shown.items() if value is not ABSENT}
        return shown


class DescribedPopulation(Population[DescribedRow]):
    """Where the rows of a description come from.

    Args:
        description: The description.
        seed: The same seed gives the same rows.
        relations: What else there is in the account.
    """

    def __init__(self, description: Description, seed: int, relations: Relations) -> None:
        names = {*description.shape.names(ANY), "createdAt", "archivedAt"}
        super().__init__(f"{seed}/{description.name}", names, description.archived)
        self._description = description
        self._relations = relations
        self._seed = self._random.getrandbits(62)

    def settled(self, number: int, newest: int) -> Iterator[DescribedRow]:
        """Rows that came one after another, newest first, most of them changed since."""
        draw = self._random.random
        rows = list(super().settled(number, newest))
        for place, row in enumerate(reversed(rows)):
            self._settle(row, place)
            if draw() >= _UNCHANGED:
                gap = int(draw() * min(newest - row.micros, 90 * DAY))
                digits = digits_of(draw())
                step = 10 ** (6 - digits)
                row.touch(max(row.micros, (row.micros + gap) // step * step), digits)
        return iter(rows)

    def newcomer(self, after: int) -> DescribedRow:
        """A row that came microseconds to seconds after a given time."""
        row = super().newcomer(after)
        self._settle(row, self._made - 1)
        return row

    def _born(self, micros: int, digits: int, *, archived: bool) -> DescribedRow:
        number = self._random.getrandbits(128) & ~(0xF << 76 | 0b11 << 62) | 4 << 76 | 0b10 << 62
        identity = uuid(number)  # version 4, which tells no time
        if self._description.timed and self.switches.ids == "v7":
            identity = timed(f"{identity[:14]}7{identity[15:]}", micros)
        row = DescribedRow(
            identity,
            micros,
            digits,
            archived=archived,
            seed=self._seed,
            description=self._description,
            relations=self._relations,
        )
        row.switches = self.switches
        row.empty = self._random.random() < self._description.empty
        return row

    def _settle(self, row: DescribedRow, number: int) -> None:
        owners = self._relations.rows(self._description.keys_of)
        row.settle(number, owners[number].id if number < len(owners) else row.id)


class Embedded(Nesting):
    """The rows of another list that belong to the row, as they were at first.

    Args:
        description: The other list.
        by: The list whose row of the same number they belong to.
    """

    def __init__(self, description: Description, by: str) -> None:
        super().__init__(("[]", description.shape))
        self._name = description.name
        self._by = by

    def __call__(self, drawing: Drawing) -> list[object]:
        """Draw them."""
        rows = drawing.relations.owned(self._name, drawing.row.number, self._by)
        return [row.first.drawn(drawing.version) for row in rows if isinstance(row, DescribedRow)]
