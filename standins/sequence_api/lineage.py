"""Which rows there are below a parent, from one recalculation to the next.

A recalculation keeps some rows, puts new ones in the place of others, lets some vanish and adds
some; now and then all vanish. Nothing is stored: all of it follows from the parent's key, how often
the parent was drawn anew, and what a test has said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from zlib import crc32

from standins.sequence_api.chance import shuffled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from standins.sequence_api.rows import Row

_KEPT = 0.6  # the share of rows that a recalculation keeps; and so on
_REPLACED = 0.25
_ALL_GONE = 0.08


@dataclass
class Told:
    """What a test has said of the rows of one list below one parent.

    Attributes:
        number: How many there are; None if it didn't say.
        rows: Which ones, each with some of its fields; None if it didn't say.
        redrawn: When they were drawn anew without their parent: after how many of the parent's own
            recalculations, and the time in microseconds since 1970.
    """

    number: int | None = None
    rows: list[Mapping[str, object]] | None = None
    redrawn: list[tuple[int, int]] = field(default_factory=list)


NOTHING: Final = Told()


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many rows there are below one parent, and what becomes of them.

    Attributes:
        low: How many there are at least, where there are any.
        high: How many there are at most, usually.
        none: The share of parents that have none.
        many: The share of parents that have several pages of them.
        vanish: Whether a recalculation may leave none.
        stay: Whether rows stay for good: others may come, but none is replaced.
    """

    low: int
    high: int
    none: float = 0
    many: float = 0
    vanish: bool = False
    stay: bool = False

    def drawn(self, draw: Callable[[], float]) -> int:
        """How many there are at first."""
        drawn = draw()
        if drawn < self.none:
            return 0
        low, high = (101, 260) if drawn >= 1 - self.many else (self.low, self.high)
        return low + int(draw() * (high - low + 1))


def seed_of(name: str, parent: str) -> int:
    """The seed of what is below a parent in one list."""
    return crc32(parent.encode("utf-8", "surrogatepass"), crc32(name.encode()))


def serials(name: str, sizes: Sizes, parent: Row, *, least: int = 0) -> list[int]:
    """The rows that there are, by numbers that are never given twice.

    Args:
        name: The list.
        sizes: How many there usually are.
        parent: The parent.
        least: How many there are whatever is drawn, 0 or 1.
    """
    told = (parent.below or {}).get(name, NOTHING)
    if told.rows is not None:
        return list(range(len(told.rows)))
    lineage = _Lineage(sizes, shuffled(seed_of(name, parent.id)), told.number)
    for edition in range(parent.edition + 1):
        if edition:
            lineage.recalculate(sizes.vanish and not least)
        for after, _ in told.redrawn:
            if after == edition:
                lineage.recalculate(may_vanish=False)
    return lineage.there or ([0] if least and told.number is None else [])


class _Lineage:
    """The rows below one parent, on their way through its recalculations."""

    def __init__(self, sizes: Sizes, draw: Callable[[], float], number: int | None) -> None:
        self._sizes = sizes
        self._draw = draw
        self._number = number
        self._following = 0
        self.there = self._new(sizes.drawn(draw) if number is None else number)

    def recalculate(self, may_vanish: bool) -> None:  # noqa: FBT001  internal
        """Have what is there recalculated."""
        fixed, there = self._number is not None, self.there
        if may_vanish and not fixed and self._draw() < _ALL_GONE:
            self.there = []
            return
        if not there and not fixed and may_vanish:
            self.there = self._new(max(1, self._sizes.drawn(self._draw)))
            return
        self.there = []
        for serial in there:
            drawn = 0 if self._sizes.stay else self._draw()
            if drawn < _KEPT:
                self.there.append(serial)
            elif fixed or drawn < _KEPT + _REPLACED:
                self.there += self._new(1)
        if there and not fixed:
            self.there += self._new(int(self._draw() * 2) if self.there else 1)
        self.there.sort()

    def _new(self, number: int) -> list[int]:
        self._following += number
        return list(range(self._following - number, self._following))
