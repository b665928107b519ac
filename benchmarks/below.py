"""Reading the line items of all invoices, which takes a request for each invoice.

Where nothing is limited there are fewer invoices than the tap's own limit lets through in its first
minute: with more of them this would measure that limit, which the others don't have.

Where the server limits, everybody is told the limit as far as it can be told one.
"""

from __future__ import annotations

from functools import cache
from math import ceil
from typing import TYPE_CHECKING, Any

from benchmarks import reading
from benchmarks.api import served
from benchmarks.clients import (
    LINE_ITEMS,
    TAP,
    Client,
    airbyte_ids,
    catalog,
    dlt_ids,
    singer_ids,
)
from benchmarks.environments import PEERS
from benchmarks.limits import RATE, allowed
from benchmarks.lists import PAGE_SIZE
from benchmarks.results import Below
from benchmarks.serving import line_items
from benchmarks.turns import medians, say

if TYPE_CHECKING:
    from benchmarks.spending import Spent

UNLIMITED = 1400
"""Invoices where nothing is limited: fewer than RATE requests in all."""

LIMITED = 2000
"""Invoices where the server limits."""


def clients(rate: int) -> tuple[Client, ...]:
    """Return the tap, then its alternatives.

    Args:
        rate: What they are told that the server answers in any minute; 0 for nothing.
    """
    limit = [str(rate)] if rate else []
    return (
        Client(
            name=TAP,
            peer=TAP,
            package="singer-sdk",
            command=lambda bin_, _: [bin_ / TAP, "--config=ENV", "--catalog", catalog(LINE_ITEMS)],
            ids=singer_ids,
        ),
        Client(
            name="a tap with the SDK's parent streams",
            peer="sdk-defaults",
            package="singer-sdk",
            # One request after the other, and nothing to tell a limit to
            command=lambda bin_, _: [
                bin_ / "python",
                PEERS / "sdk-defaults" / "line_items.py",
                "--config=ENV",
            ],
            ids=singer_ids,
        ),
        Client(
            name="dlt's REST source, extract stage",
            peer="dlt",
            package="dlt",
            command=lambda bin_, folder: [
                bin_ / "python",
                PEERS / "dlt" / "line_items.py",
                folder,
                *limit,
            ],
            ids=dlt_ids(LINE_ITEMS),
        ),
        Client(
            name="Airbyte's low-code CDK",
            peer="airbyte-cdk",
            package="airbyte-cdk",
            command=lambda bin_, folder: [
                bin_ / "python",
                PEERS / "airbyte-cdk" / "line_items.py",
                folder,
                *limit,
            ],
            ids=airbyte_ids,
        ),
    )


def below(rounds: int, *, share: int = 1) -> list[Below]:
    """Read the line items of all invoices, with and without a limit, at two latencies.

    Args:
        rounds: How often.
        share: By what the invoices, and the limit, are divided for a quick look. It shows that
            everybody works, not how fast: below Sequence's limit the tap spaces its requests.
    """
    for client in clients(RATE):
        say(f"warm-up: {client.name}")
        read(client, 20, 0, RATE)  # unmeasured, as for the other scenarios
    return [
        _below(invoices // share, latency_ms, rate // share, rounds)
        for invoices, rate in ((UNLIMITED, 0), (LIMITED, RATE))
        for latency_ms in (50, 200)
    ]


def _below(invoices: int, latency_ms: int, rate: int, rounds: int) -> Below:
    measured = Below(
        invoices=invoices,
        latency_ms=latency_ms,
        rate=rate,
        rounds=rounds,
        needed=needed(invoices),
        allowed=allowed(needed(invoices), rate),
        spent=medians(
            clients(rate),
            rounds,
            lambda client: read(client, invoices, latency_ms, rate),
            f"{invoices:,} invoices, {latency_ms} ms",
        ),
    )
    say(f"\n{measured.table()}\n")  # now, as all of it takes hours
    return measured


def read(client: Client, invoices: int, latency_ms: int, rate: int) -> Spent:
    """Read the line items of all invoices once, of a server of its own.

    Args:
        client: By what.
        invoices: How many there are.
        latency_ms: Milliseconds that each request takes.
        rate: Requests that the server answers in any minute; 0 for all.

    Raises:
        FailedError: If it ended with an error, or did not deliver every line item once.
    """
    wanted, _ = _all(invoices)
    with served("line_items", invoices) as server:
        return reading.read(
            client, server, wanted, latency_ms=latency_ms, rate=rate, what="line items"
        )


def needed(invoices: int) -> int:
    """Return the fewest requests that read the invoices, and the line items of each."""
    return _all(invoices)[1]


@cache
def _all(invoices: int) -> tuple[list[str], int]:
    """Return the ids of all line items, and the fewest requests that read them."""
    server = line_items(invoices)
    items: Any = server["invoice_line_items"]
    of = [items.of(row.id) for row in server["invoices"].rows]
    requests = ceil(invoices / PAGE_SIZE) + sum(max(1, ceil(len(one) / PAGE_SIZE)) for one in of)
    return sorted(item["id"] for one in of for item in one), requests
