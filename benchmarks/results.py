"""What was measured: kept, and as tables."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from benchmarks.clients import TAP
from benchmarks.measuring import Cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


@dataclass
class Comparison:
    """What several clients took for the same.

    Attributes:
        title: What they did.
        rounds: How often each of them did it.
        costs: The medians, by client.
    """

    title: str
    rounds: int
    costs: dict[str, Cost]

    def ratios(self) -> dict[str, float]:
        """Return each client's time as a multiple of the tap's."""
        return {name: cost.wall / self.costs[TAP].wall for name, cost in self.costs.items()}

    def table(self) -> str:
        """Return what everybody took, and how often the tap's that is."""
        tap = self.costs[TAP]
        rows = [("", "time", "ratio", "processor", "ratio", "memory")]
        rows += (
            (
                name,
                f"{cost.wall:.2f} s",
                f"{cost.wall / tap.wall:.2f}",
                f"{cost.processor:.2f} s",
                f"{cost.processor / tap.processor:.2f}",
                f"{cost.memory:.0f} MB",
            )
            for name, cost in self.costs.items()
        )
        return f"{self.title}; medians of {self.rounds}\n{_aligned(rows)}"


@dataclass
class Growth:
    """What the tap took, by the number of customers.

    Attributes:
        rounds: How often each number was read.
        costs: The medians.
    """

    rounds: int
    costs: dict[int, Cost]

    def table(self) -> str:
        """Return time and memory, for all and for each customer."""
        rows = [("customers", "time", "for 1,000", "processor", "for 1,000", "memory")]
        rows += (
            (
                f"{customers:,}",
                f"{cost.wall:.2f} s",
                f"{cost.wall / customers * 1e6:.1f} ms",
                f"{cost.processor:.2f} s",
                f"{cost.processor / customers * 1e6:.1f} ms",
                f"{cost.memory:.0f} MB",
            )
            for customers, cost in self.costs.items()
        )
        return f"{TAP}, by the number of customers; medians of {self.rounds}\n{_aligned(rows)}"


@dataclass
class Requests:
    """How many requests the server counted.

    Attributes:
        counts: By what was read: how many, and the fewest that there can be.
    """

    counts: dict[str, tuple[int, int]]

    def table(self) -> str:
        """Return the counts."""
        rows = [("", "requests", "fewest")]
        rows += ((name, f"{made:,}", f"{least:,}") for name, (made, least) in self.counts.items())
        return f"{TAP}, requests counted by the server\n{_aligned(rows)}"


@dataclass
class Results:
    """All that was measured, and where.

    Attributes:
        versions: What each client is made of.
        comparisons: Reading and loading, by scenario.
        growth: The tap alone, with more and more customers.
        requests: The tap's requests.
    """

    versions: dict[str, str]
    comparisons: dict[str, Comparison] = field(default_factory=dict)
    growth: Growth | None = None
    requests: Requests | None = None

    def tables(self) -> str:
        """Return all of it as text."""
        where = (
            f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, "
            f"Python {platform.python_version()}"
        )
        versions = "\n".join(f"{name}: {version}" for name, version in self.versions.items())
        parts = [*self.comparisons.values(), self.growth, self.requests]
        return "\n\n".join([where, versions, *(part.table() for part in parts if part)])

    def keep(self, file: Path) -> None:
        """Write it as JSON."""
        file.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def kept(cls, file: Path) -> Self:
        """Return what was written with `keep`."""
        kept = json.loads(file.read_text(encoding="utf-8"))
        results = cls(kept["versions"])
        for name, one in kept["comparisons"].items():
            costs = {client: Cost(*cost) for client, cost in one["costs"].items()}
            results.comparisons[name] = Comparison(one["title"], one["rounds"], costs)
        if one := kept["growth"]:
            sizes = {int(customers): Cost(*cost) for customers, cost in one["costs"].items()}
            results.growth = Growth(one["rounds"], sizes)
        if one := kept["requests"]:
            counts = {what: (made, least) for what, (made, least) in one["counts"].items()}
            results.requests = Requests(counts)
        return results


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Iterable[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if place else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([f"  {first}", *others]).rstrip()
