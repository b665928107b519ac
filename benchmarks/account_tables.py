"""What the whole account took: in full, and again where nothing had changed."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.clients import TAP
from benchmarks.limits import RATE, allowed, spaced
from benchmarks.spending import Counted, Spent, markdown


@dataclass(kw_only=True)
class Account(Counted):
    """What several clients took for the same account.

    Attributes:
        rows: How many rows it has in all.
        lists: In how many lists.
    """

    rows: int
    lists: int

    @property
    def what(self) -> str:
        """What they read."""
        return f"{self.rows:,} rows of {self.lists} lists"

    def table(self) -> str:
        """Return what everybody took, in Markdown."""
        titles = (
            *("", "time", "of the tap's", "processor", "memory"),
            *("requests", "429", "a second", "at once"),
        )
        rows: list[tuple[str, ...]] = [titles]
        for name, spent in self.spent.items():
            if spent is None:
                rows.append((name, "incomplete", *[""] * (len(titles) - 2)))
                continue
            ratio = self.ratio(name)
            rows.append(
                (
                    name,
                    f"{spent.wall:.1f} s",
                    f"{ratio:.2f}" if ratio else "",
                    f"{spent.processor:.1f} s",
                    f"{spent.memory:.0f} MB",
                    f"{spent.requests:,.0f}",
                    f"{spent.refused:,.0f}",
                    f"{spent.requests / spent.wall:.1f}",
                    f"{spent.at_once:.0f}",
                )
            )
        return f"{self.title}; {needs(self.needed)}; medians of {self.rounds}\n\n{markdown(rows)}"


@dataclass(kw_only=True)
class Again:
    """What the tap took for an account that had not changed since its last run.

    Attributes:
        latency_ms: Milliseconds that each request took.
        rounds: How often it did it.
        spent: The medians.
        counts: By list: how many requests the server counted, and the fewest that there can be.
    """

    latency_ms: int
    rounds: int
    spent: Spent
    counts: dict[str, tuple[int, int]]

    def table(self) -> str:
        """Return the requests, in Markdown."""
        made = sum(made for made, _ in self.counts.values())
        fewest = sum(fewest for _, fewest in self.counts.values())
        rows = [("", "requests", "fewest")]
        rows += ((name, f"{one:,}", f"{least:,}") for name, (one, least) in self.counts.items())
        rows.append(("all", f"{made:,}", f"{fewest:,}"))
        return (
            f"{TAP} again, nothing changed, at {self.latency_ms} ms a request: "
            f"{self.spent.wall:.1f} s, {self.spent.processor:.1f} s of processor time, "
            f"{self.spent.memory:.0f} MB, {self.spent.refused:.0f} refused; {needs(fewest)}; "
            f"medians of {self.rounds}\n\n{markdown(rows)}"
        )


def needs(requests: int) -> str:
    """Say what Sequence's limit allows for so many requests."""
    return (
        f"{requests:,} requests needed, which {RATE:,} a minute allow in "
        f"{allowed(requests, RATE):.0f} s after a burst, {spaced(requests, RATE):.0f} s if spread "
        "evenly"
    )
