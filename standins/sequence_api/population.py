"""Where rows come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from random import Random
from typing import TYPE_CHECKING, Generic, TypeVar

from standins.sequence_api.rows import Row, field_names
from standins.sequence_api.switches import Switches
from standins.sequence_api.times import DAY, SECOND, digits_of, soon

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_TIED = 0.05  # the share of rows that are; and so on
_IMPORTED = 0.05

AnyRow = TypeVar("AnyRow", bound=Row)


class Population(ABC, Generic[AnyRow]):
    """Rows of one list, each created after another.

    Args:
        seed: The same seed gives the same rows.
        names: The fields that can be given, under the API's names.
        archived: The share of rows that are.
    """

    def __init__(self, seed: int | str, names: Iterable[str], archived: float) -> None:
        self.names = frozenset(names)
        self._random = Random(seed)  # noqa: S311  sample data, no secret
        self._archived = archived
        self.switches = Switches()
        self._made = 0

    def settled(self, number: int, newest: int) -> Iterator[AnyRow]:
        """Rows that came one after another, a few a day, newest first.

        Past some thousand they come more often, so that the oldest is about four years old.

        Args:
            number: How many.
            newest: When the last one was created, in microseconds since 1970.
        """
        draw = self._random.random
        usual = min(DAY // 3, 4 * 365 * DAY // max(number, 1))
        micros, digits = newest, len(f"{newest % SECOND:06d}".rstrip("0"))
        for _ in range(number):
            self._made += 1
            yield self._born(micros, digits, archived=draw() < self._archived)
            kind = draw()
            if kind < _TIED:  # at the same time, and perhaps written with more digits
                digits = 6
                continue
            gap = draw() * (50 if kind < _TIED + _IMPORTED else 2 * usual)
            digits = digits_of(draw())
            step = 10 ** (6 - digits)
            micros = (micros - 1 - int(gap)) // step * step

    def newcomer(self, after: int) -> AnyRow:
        """A row that came microseconds to seconds after a given time."""
        self._made += 1
        return self._born(*soon(self._random.random, after), archived=False)

    def given(self, partial: Iterable[Mapping[str, object]], newest: int) -> list[AnyRow]:
        """Rows with some fields given; those without a time are given oldest first."""
        partial = [self.named(fields) for fields in partial]
        rows = list(self.settled(len(partial), newest))[::-1]
        for row, fields in zip(rows, partial, strict=True):
            row.archived = False
            row.update(fields)
        return rows

    def named(self, fields: Mapping[str, object]) -> dict[str, object]:
        """The fields under the API's names.

        Raises:
            TypeError: If there is no such name.
        """
        return field_names(fields, self.names)

    @abstractmethod
    def _born(self, micros: int, digits: int, *, archived: bool) -> AnyRow:
        """The row that is made as number `_made`."""
