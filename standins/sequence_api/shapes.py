"""Shapes: which fields an object has in which version, and what draws their values.

    ADDRESS = Shape(
        has("RRR", line1=street, country=one("GB", "JP")),
        has("ooo", line2=one("Flat 1", "")),
    )

What draws a value is a maker: a function of one `Drawing`. A shape is a maker too, and so is what
holds the values of other makers: `Many`, `Each`, `Either`, `Pool`. A row draws the same values in
every version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeVar

from msgspec import Raw

from standins.sequence_api.chance import ABSENT, Dice, shuffled
from standins.sequence_api.messages import exactly
from standins.sequence_api.relations import Relations
from standins.sequence_api.versions import ANY, VERSIONS, by_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PRESENT = 0.75  # of optional values; the others are left out, or null from here up to 1
_NULL = {"o": 0.95, "n": 0.85, "-": 1}

_Value = TypeVar("_Value")


class Origin(Protocol):
    """What is fixed of a row before its fields are drawn."""

    @property
    def of(self) -> str:
        """The name of its list."""

    @property
    def number(self) -> int:
        """How many rows of the list were created before it."""

    @property
    def id(self) -> str:
        """Its key."""

    @property
    def micros(self) -> int:
        """When it was created, in microseconds since 1970."""

    @property
    def created_at(self) -> str:
        """When it was created, as the API writes it."""

    @property
    def updated(self) -> int:
        """When it last changed, in microseconds since 1970."""

    @property
    def updated_at(self) -> str:
        """When it last changed, as the API writes it."""

    @property
    def archived(self) -> bool:
        """Whether it is archived."""

    @property
    def empty(self) -> bool:
        """Whether its quantities are zero."""

    @property
    def bare(self) -> bool:
        """Whether it has lines, but at present none of them."""


class Drawing(Dice):
    """One row that is being drawn, for one version.

    Attributes:
        row: The row.
        version: The version, or `ANY`.
        relations: What else there is in the account.
        places: Where in its array the present element is, outermost array first.
        other: The id that the present element of an `Each` is about.
    """

    __slots__ = ("_once", "other", "places", "relations", "row", "version")

    def __init__(self, seed: int, row: Origin, version: str, relations: Relations) -> None:
        super().__init__(shuffled(seed))
        self.row = row
        self.version = version
        self.relations = relations
        self.places: list[int] = []
        self.other = ""
        self._once: dict[object, object] = {}

    def once(self, maker: Callable[[Drawing], _Value]) -> _Value:
        """What a maker draws, the same each time: for fields that go together."""
        if maker not in self._once:
            self._once[maker] = maker(self)
        return self._once[maker]  # type: ignore[return-value]  # what this maker made


Maker = Callable[[Drawing], object]


class Field(NamedTuple):
    """One field of a shape.

    Attributes:
        name: Its name.
        there: The letter of each version; see `versions`.
        optional: Whether it is left out now and then, without its maker being asked.
        maker: What draws its value.
    """

    name: str
    there: dict[str, str]
    optional: bool
    maker: Maker


class Perhaps:
    """A maker that says itself whether there is a value: it draws `ABSENT` where there is none."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker

    def __call__(self, drawing: Drawing) -> object:
        """Draw one."""
        return self._maker(drawing)


def has(letters: str, **makers: Maker) -> list[Field]:
    """Fields that the same versions have.

    Args:
        letters: Which; see `versions`.
        **makers: By name.
    """
    there = by_version(letters)
    optional = not {"o", "n"}.isdisjoint(letters)
    return [
        Field(name, there, optional and not isinstance(maker, Perhaps), maker)
        for name, maker in makers.items()
    ]


class Shape:
    """An object.

    Args:
        *groups: Its fields, from `has`.

    Attributes:
        fields: Its fields.
    """

    def __init__(self, *groups: Iterable[Field]) -> None:
        self.fields = tuple(chain(*groups))
        self._names = {
            version: frozenset(one.name for one in self.fields if one.there[version] != "-")
            for version in (*VERSIONS, ANY)
        }
        self._plans = {
            version: [
                (one.name, one.maker, one.optional, one.there[version]) for one in self.fields
            ]
            for version in (*VERSIONS, ANY)
        }

    def __call__(self, drawing: Drawing) -> dict[str, object]:
        """Draw one: fields that the version lacks too, so that those after them stay the same.

        For the same reason a field that is required in one version and optional in another has to
        be the last.
        """
        found: dict[str, object] = {}
        draw = drawing.draw
        for name, maker, optional, letter in self._plans[drawing.version]:
            if optional and (drawn := draw()) >= _PRESENT and letter != "R":
                if drawn >= _NULL[letter]:
                    found[name] = None
                continue
            value = maker(drawing)
            if letter != "-" and value is not ABSENT:
                found[name] = value
        return found

    def names(self, version: str) -> frozenset[str]:
        """What the fields of a version are called."""
        return self._names[version]

    def paths(self, version: str) -> Iterator[tuple[str, str]]:
        """Each field of a version with its letter.

        Nested ones are written as `phases[].discounts[].id`, those of one shape among several as
        `structure<LINEAR>.pricePerUnit`.
        """
        for one in self.fields:
            if (letter := one.there[version]) != "-":
                yield one.name, letter
                for path, inner in _paths(one.maker, version):
                    yield f"{one.name}{path}", inner


def _paths(maker: Maker, version: str) -> Iterator[tuple[str, str]]:
    if isinstance(maker, Shape):
        for path, letter in maker.paths(version):
            yield f".{path}", letter
    elif isinstance(maker, Nesting):
        for mark, inner in maker.inner:
            for path, letter in _paths(inner, version):
                yield f"{mark}{path}", letter


class Nesting:
    """A maker of what holds other makers' values.

    Attributes:
        inner: These makers, each with what stands between its values' paths and this one's.
    """

    def __init__(self, *inner: tuple[str, Maker]) -> None:
        self.inner = inner


class Each(Nesting):
    """An array with an element for each of some ids.

    Args:
        ids: What draws them.
        inner: What draws an element; `drawing.other` is its id.
    """

    def __init__(self, ids: Callable[[Drawing], list[str]], inner: Maker) -> None:
        super().__init__(("[]", inner))
        self._ids = ids
        self._inner = inner

    def __call__(self, drawing: Drawing) -> list[object]:
        """Draw one."""
        found = []
        if ids := self._ids(drawing):
            drawing.places.append(0)
            for drawing.places[-1], drawing.other in enumerate(ids):
                found.append(self._inner(drawing))
            drawing.places.pop()
        return found


class Many(Each):
    """An array of some of the same.

    Args:
        inner: What draws an element.
        most: How many there can be.
        least: How many there are at least.
    """

    def __init__(self, inner: Maker, most: int = 2, least: int = 0) -> None:
        sizes = [[""] * number for number in range(least, most + 1)]
        super().__init__(lambda drawing: drawing.one(sizes), inner)


class Either(Nesting):
    """One of several shapes.

    Args:
        **inner: The shapes, each by what a reader tells it by.
    """

    def __init__(self, **inner: Shape) -> None:
        super().__init__(*((f"<{name}>", shape) for name, shape in inner.items()))
        self._inner = tuple(inner.values())

    def __call__(self, drawing: Drawing) -> dict[str, object]:
        """Draw one."""
        return drawing.one(self._inner)(drawing)


class Pool(Nesting):
    """One of some values that are drawn once for all rows: for what is large and no row's own.

    Args:
        inner: What draws them. It is told of no row, and of no other list.
        size: How many there are.
    """

    def __init__(self, inner: Maker, size: int = 48) -> None:
        super().__init__(("", inner))
        self._inner = inner
        self._size = size
        self._values: dict[str, list[Raw]] = {}

    def __call__(self, drawing: Drawing) -> Raw:
        """Draw one."""
        version = drawing.version
        if version not in self._values:
            drawings = (Drawing(seed, _NO_ROW, version, _NO_LIST) for seed in range(self._size))
            self._values[version] = [Raw(exactly(self._inner(each))) for each in drawings]
        return self._values[version][int(drawing.draw() * self._size)]


@dataclass(frozen=True)
class _NoRow:
    of: str = ""
    number: int = 0
    id: str = ""
    micros: int = 1_700_000_000_000_000
    updated: int = 1_710_000_000_000_000
    created_at: str = ""
    updated_at: str = ""
    archived: bool = False
    empty: bool = False
    bare: bool = False


_NO_ROW: Final = _NoRow()
_NO_LIST: Final = Relations({}, lambda _: [])
