"""What was measured: kept, and as tables."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, NamedTuple, Self

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


class Spent(NamedTuple):
    """What a run took that read line items.

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


@dataclass
class Below:
    """What several clients took for the line items of the same invoices.

    Attributes:
        invoices: How many invoices there were.
        latency_ms: Milliseconds that each request took.
        rate: Requests that the server answered in any minute; 0 for all.
        rounds: How often each client did it.
        needed: The fewest requests that do it.
        allowed: The least seconds in which so many can be made without a refusal.
        spent: The medians, by client; None if it did not deliver all each time.
    """

    invoices: int
    latency_ms: int
    rate: int
    rounds: int
    needed: int
    allowed: float
    spent: dict[str, Spent | None]

    @property
    def title(self) -> str:
        """What they did."""
        limit = f", {self.rate:,} requests a minute" if self.rate else ""
        return f"{self.invoices:,} invoices at {self.latency_ms} ms a request{limit}"

    def cell(self, name: str) -> str:
        """Return a client's time: the tap's in seconds, another's as a multiple of the tap's."""
        tap, spent = self.spent[TAP], self.spent[name]
        if spent is None:
            return "incomplete"
        return (
            f"{spent.wall:.1f} s" if name == TAP or tap is None else f"{spent.wall / tap.wall:.1f}"
        )

    def table(self) -> str:
        """Return what everybody took, in Markdown."""
        titles = "", "time", "of the limit's", "processor", "memory", "requests", "429", "at once"
        rows: list[tuple[str, ...]] = [titles]
        for name, spent in self.spent.items():
            if spent is None:
                rows.append((name, "incomplete", *[""] * (len(titles) - 2)))
                continue
            rows.append(
                (
                    name,
                    f"{spent.wall:.1f} s",
                    f"{spent.wall / self.allowed:.2f}" if self.allowed else "",
                    f"{spent.processor:.1f} s",
                    f"{spent.memory:.0f} MB",
                    f"{spent.requests:,.0f}",
                    f"{spent.refused:,.0f}",
                    f"{spent.at_once:.0f}",
                )
            )
        limit = f"; the limit allows them in {self.allowed:.0f} s" if self.rate else ""
        return (
            f"{self.title}; {self.needed:,} requests needed{limit}; medians of {self.rounds}\n\n"
            f"{_markdown(rows)}"
        )


@dataclass
class Results:
    """All that was measured, and where.

    Attributes:
        versions: What each client is made of.
        comparisons: Reading and loading, by scenario.
        growth: The tap alone, with more and more customers.
        requests: The tap's requests.
        below: Reading line items, by scenario.
    """

    versions: dict[str, str]
    comparisons: dict[str, Comparison] = field(default_factory=dict)
    growth: Growth | None = None
    requests: Requests | None = None
    below: list[Below] = field(default_factory=list)

    def tables(self) -> str:
        """Return all of it as text."""
        where = (
            f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, "
            f"Python {platform.python_version()}"
        )
        versions = "\n".join(f"{name}: {version}" for name, version in self.versions.items())
        parts = [*self.comparisons.values(), self.growth, self.requests]
        tables = [part.table() for part in parts if part]
        return "\n\n".join([where, versions, *tables, self.markdown()]).rstrip()

    def markdown(self) -> str:
        """Return what line items took in Markdown: side by side, as in the README, and in full."""
        if not self.below:
            return ""
        rows = [("", *(each.title for each in self.below))]
        rows += ((name, *(each.cell(name) for each in self.below)) for name in self.below[0].spent)
        return "\n\n".join([_markdown(rows), *(each.table() for each in self.below)])

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
        for each in kept.get("below", []):
            spent = {name: of and Spent(*of) for name, of in each.pop("spent").items()}
            results.below.append(Below(**each, spent=spent))
        return results


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    first, *others = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (first, ["---"] * len(first), *others))


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Iterable[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if place else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([f"  {first}", *others]).rstrip()
