"""Which row of one list belongs to which of another.

The first rows of a list are spread evenly over those of another, oldest to oldest: of 100 invoices
and 10 schedules, the first ten invoices belong to the first schedule. So each side can name the
other, and neither has to be drawn. A row that is added later names others, which don't name it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from standins.sequence_api.rows import Row


class Relations:
    """The relations of one account.

    Args:
        sizes: How many first rows each list has.
        first: Gives the first rows of a list, oldest first.
    """

    def __init__(self, sizes: Mapping[str, int], first: Callable[[str], Sequence[Row]]) -> None:
        self._sizes = sizes
        self._made: dict[str, Sequence[Row]] = {}
        self._first = first

    @cached_property
    def account(self) -> str:
        """The id of the account that the API's key is for."""
        return self.key("sequence_accounts", 0)

    def rows(self, of: str) -> Sequence[Row]:
        """The first rows of a list."""
        if of not in self._made:
            self._made[of] = self._first(of) if of in self._sizes else ()
        return self._made[of]

    def key(self, of: str, number: int) -> str:
        """The key of a first row; a made-up one where the list does not have so many."""
        if number < len(rows := self.rows(of)):
            return rows[number].id
        return f"00000000-0000-4000-8000-{number:012x}"

    def owner(self, of: str, number: int, *path: str) -> int:
        """The number of the row that a row of a list belongs to.

        Args:
            of: The list.
            number: The row's number.
            *path: The lists on the way, each row belonging to one of the next.
        """
        for name in path:
            children, parents = self._sizes.get(of, 0), self._sizes.get(name, 0)
            if number < children:
                number = number * parents // children
            elif parents:
                number %= parents
            of = name
        return number

    def owned(self, of: str, number: int, by: str) -> Sequence[Row]:
        """The first rows of a list that belong to a row of another."""
        children, parents = self._sizes.get(of, 0), self._sizes.get(by, 0)
        if number >= parents or not children:
            return ()
        begin = -(-number * children // parents)
        end = -(-(number + 1) * children // parents)
        return self.rows(of)[begin:end]
