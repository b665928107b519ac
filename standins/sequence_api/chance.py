"""Chance: what is drawn from a seed, the same each time."""

from __future__ import annotations

import enum
from itertools import chain
from random import Random
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Absent(enum.Enum):
    """The type of `ABSENT`."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
"""As a field's value: the answer leaves the field out."""

_NULL = 0.05  # how often an optional field is

_Element = TypeVar("_Element")


class Dice:
    """One row's own source of chance.

    Args:
        draw: Gives a number from 0 up to 1.
    """

    __slots__ = ("draw",)

    def __init__(self, draw: Callable[[], float]) -> None:
        self.draw = draw

    def below(self, limit: int) -> int:
        """A whole number from 0 up to a limit."""
        return int(self.draw() * limit)

    def one(self, of: Sequence[_Element]) -> _Element:
        """One of several."""
        return of[int(self.draw() * len(of))]

    def maybe(self, value: object, present: float) -> object:
        """The value this often, else nothing or, more rarely, null."""
        drawn = self.draw()
        return value if drawn < present else None if drawn >= 1 - _NULL else ABSENT


def seeded(seed: int) -> Callable[[], float]:
    """Draw by Python's own generator."""
    return Random(seed).random  # noqa: S311  sample data, no secret


def shuffled(seed: int) -> Callable[[], float]:
    """Draw from some stretches of a table, then by Python's own generator.

    To seed that costs more than to draw all fields of a small row.
    """
    mixed = (seed ^ seed >> 32) * 0x9E3779B97F4A7C15 & _MASK
    mixed = (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9 & _MASK
    first, second, third = mixed & _LAST, mixed >> 16 & _LAST, mixed >> 32 & _LAST
    return chain(
        _TABLE[first : first + _STRETCH],
        _TABLE[second : second + _STRETCH],
        _TABLE[third : third + _STRETCH],
        _more(mixed),
    ).__next__


def _more(seed: int) -> Iterator[float]:
    draw = seeded(seed)
    while True:
        yield draw()


_MASK, _LAST, _STRETCH = (1 << 64) - 1, (1 << 14) - 1, 32
_random = seeded(0)
_TABLE: Final = tuple(_random() for _ in range(_LAST + _STRETCH))
