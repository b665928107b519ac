"""What runs took of a server that counts their requests, and that as a table."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, NamedTuple, Self

from benchmarks.clients import TAP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Spent(NamedTuple):
    """What a run took.

    Attributes:
        wall: Seconds from start to end.
        processor: Seconds of processor time.
        memory: Peak in MB.
        requests: How many the server counted.
        refused: How many of them it did not answer with 200.
        at_once: The most that arrived within the latency of one.
    """

    wall: float
    processor: float
    memory: float
    requests: float
    refused: float
    at_once: float

    @classmethod
    def median(cls, spent: Iterable[Spent]) -> Self:
        """Return the median of each."""
        return cls(*(median(values) for values in zip(*spent, strict=True)))


@dataclass(kw_only=True)
class Counted:
    """What several clients took for the same, beside what that needs.

    Attributes:
        latency_ms: Milliseconds that each request took.
        rate: Requests that the server answered in any minute; 0 for all.
        rounds: How often each client did it.
        needed: The fewest requests that do it.
        spent: The medians, by client; None if it did not deliver all each time.
    """

    latency_ms: int
    rate: int
    rounds: int
    needed: int
    spent: dict[str, Spent | None]

    @property
    def what(self) -> str:
        """What they read."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """What they read, and how it was served."""
        limit = f", {self.rate:,} requests a minute" if self.rate else ""
        return f"{self.what} at {self.latency_ms} ms a request{limit}"

    def ratio(self, name: str) -> float | None:
        """Return a client's time as a multiple of the tap's, if both delivered all."""
        tap, spent = self.spent[TAP], self.spent[name]
        return spent.wall / tap.wall if tap and spent else None

    def cell(self, name: str) -> str:
        """Return a client's time: the tap's in seconds, another's as a multiple of the tap's."""
        spent, ratio = self.spent[name], self.ratio(name)
        if spent is None:
            return "incomplete"
        return f"{spent.wall:.1f} s" if name == TAP or ratio is None else f"{ratio:.1f}"


def side_by_side(counted: Sequence[Counted]) -> str:
    """Return everybody's times in Markdown, a column for each of them that was measured."""
    rows = [("", *(each.title for each in counted))]
    rows += ((name, *(each.cell(name) for each in counted)) for name in counted[0].spent)
    return markdown(rows)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a table in Markdown, the first of them its head."""
    first, *others = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (first, ["---"] * len(first), *others))
