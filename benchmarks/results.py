"""What was measured: kept, and as tables."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from benchmarks.account_tables import Account, Again
from benchmarks.clients import TAP
from benchmarks.measuring import Cost
from benchmarks.spending import Counted, Spent, markdown, side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
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

    @classmethod
    def kept(cls, kept: Mapping[str, Any]) -> Self:
        """Return what was kept as JSON."""
        costs = {client: Cost(*cost) for client, cost in kept["costs"].items()}
        return cls(kept["title"], kept["rounds"], costs)

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


@dataclass(kw_only=True)
class Below(Counted):
    """What several clients took for the line items of the same invoices.

    Attributes:
        invoices: How many invoices there were.
        allowed: The least seconds in which the requests can be made without a refusal.
    """

    invoices: int
    allowed: float

    @property
    def what(self) -> str:
        """What they read."""
        return f"{self.invoices:,} invoices"

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
            f"{markdown(rows)}"
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
        account: Reading the whole account, by latency.
        again: Reading it with the tap again, by latency.
        account_loading: Loading the whole account.
    """

    versions: dict[str, str]
    comparisons: dict[str, Comparison] = field(default_factory=dict)
    growth: Growth | None = None
    requests: Requests | None = None
    below: list[Below] = field(default_factory=list)
    account: list[Account] = field(default_factory=list)
    again: list[Again] = field(default_factory=list)
    account_loading: list[Comparison] = field(default_factory=list)

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
        """Return what charts do not show: in Markdown where requests were counted."""
        parts = []
        for group in (self.below, self.account):
            if group:
                parts += [side_by_side(group), *(each.table() for each in group)]
        parts += [each.table() for each in self.again]
        parts += [each.table() for each in self.account_loading]
        return "\n\n".join(parts)

    def keep(self, file: Path) -> None:
        """Write it as JSON."""
        file.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def kept(cls, file: Path) -> Self:
        """Return what was written with `keep`."""
        kept = json.loads(file.read_text(encoding="utf-8"))
        results = cls(kept["versions"])
        for name, one in kept["comparisons"].items():
            results.comparisons[name] = Comparison.kept(one)
        if one := kept["growth"]:
            sizes = {int(customers): Cost(*cost) for customers, cost in one["costs"].items()}
            results.growth = Growth(one["rounds"], sizes)
        if one := kept["requests"]:
            counts = {what: (made, least) for what, (made, least) in one["counts"].items()}
            results.requests = Requests(counts)
        for each in kept.get("below", []):
            results.below.append(Below(**each | {"spent": _spent(each)}))
        for each in kept.get("account", []):
            results.account.append(Account(**each | {"spent": _spent(each)}))
        for each in kept.get("again", []):
            counts = {name: (made, least) for name, (made, least) in each["counts"].items()}
            results.again.append(Again(**each | {"spent": Spent(*each["spent"]), "counts": counts}))
        results.account_loading += map(Comparison.kept, kept.get("account_loading", []))
        return results


def _spent(kept: Mapping[str, Any]) -> dict[str, Spent | None]:
    return {name: of and Spent(*of) for name, of in kept["spent"].items()}


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Iterable[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if place else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([f"  {first}", *others]).rstrip()
