"""Chance: what is drawn from a seed, the same each time."""

from __future__ import annotations

import enum
from random import Random
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence


class Absent(enum.Enum):
    """The type of `ABSENT`."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
"""As a field's value: the answer leaves the field out."""

_NULL = 0.05  # how often an optional field is

_Element = TypeVar("_Element")


class Dice:
    """One row's own source of chance.

    Attributes:
        draw: Gives a number from 0 up to 1.
    """

    __slots__ = ("draw",)

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed).random  # noqa: S311  sample data, no secret

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
