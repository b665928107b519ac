"""Reading the line items of all invoices, which takes a request for each invoice.

Where nothing is limited there are fewer invoices than the tap's own limit lets through in its first
minute: with more of them this would measure that limit, which the others don't have.

Where the server limits, everybody is told the limit as far as it can be told one.
"""

from __future__ import annotations

import sys
import tempfile
from functools import cache
from http import HTTPStatus
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.api import line_items
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
from benchmarks.measuring import FailedError
from benchmarks.results import Below, Spent
from benchmarks.serving import standin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.api import Asked

RATE = 1500
"""Requests in any minute that Sequence allows."""

UNLIMITED = 1400
"""Invoices where nothing is limited: fewer than RATE requests in all."""

LIMITED = 2000
"""Invoices where the server limits."""

_MINUTE = 60
_PAGE_SIZE = 100


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
        _say(f"warm-up: {client.name}")
        read(client, 20, 0, RATE)  # unmeasured, as for the other scenarios
    return [
        _below(invoices // share, latency_ms, rate // share, rounds)
        for invoices, rate in ((UNLIMITED, 0), (LIMITED, RATE))
        for latency_ms in (50, 200)
    ]


def _below(invoices: int, latency_ms: int, rate: int, rounds: int) -> Below:
    spent: dict[str, list[Spent]] = {}
    failed = set()
    everybody = clients(rate)
    for turn in range(rounds):
        first = turn % len(everybody)
        for client in (*everybody[first:], *everybody[:first]):
            _say(f"round {turn + 1}, {invoices:,} invoices, {latency_ms} ms: {client.name}")
            try:
                spent.setdefault(client.name, []).append(read(client, invoices, latency_ms, rate))
            except FailedError as error:
                _say(str(error))
                failed.add(client.name)
    measured = Below(
        invoices=invoices,
        latency_ms=latency_ms,
        rate=rate,
        rounds=rounds,
        needed=needed(invoices),
        allowed=allowed(needed(invoices), rate),
        # Nothing counts of a client that did not deliver all each time
        spent={
            client.name: None if client.name in failed else Spent.median(spent[client.name])
            for client in everybody
        },
    )
    _say(f"\n{measured.table()}\n")  # now, as all of it takes hours
    return measured


def read(client: Client, invoices: int, latency_ms: int, rate: int) -> Spent:
    """Read the line items of all invoices once, of a server of its own, as its minute is.

    Args:
        client: By what.
        invoices: How many there are.
        latency_ms: Milliseconds that each request takes.
        rate: Requests that the server answers in any minute; 0 for all.

    Raises:
        FailedError: If it ended with an error, or did not deliver every line item once.
    """
    with (
        line_items(invoices, latency_ms, rate) as served,
        tempfile.TemporaryDirectory() as folder,
    ):
        variables = served.variables
        if rate:
            variables["TAP_SEQUENCE_MAX_REQUESTS_PER_MINUTE"] = str(rate)
        cost, delivered = client.run(variables, Path(folder))
        asked = served.asked()
    wanted, _ = _all(invoices)
    if sorted(delivered) != wanted:
        raise FailedError(
            f"{client.name} delivered {len({*delivered} & {*wanted}):,} of {len(wanted):,} line "
            f"items, in {len(delivered):,} records"
        )
    refused = sum(request.status != HTTPStatus.OK for request in asked)
    return Spent(*cost, len(asked), refused, at_once(asked, latency_ms / 1000))


def needed(invoices: int) -> int:
    """Return the fewest requests that read the invoices, and the line items of each."""
    return _all(invoices)[1]


def allowed(requests: int, rate: int) -> float:
    """Return the least seconds in which so many requests can be made without a refusal.

    A server that counts a sliding minute answers the first `rate` requests at once, and after that
    each one that comes a minute or more after the one `rate` before it: the last of them no earlier
    than as many whole minutes after the first one as `rate` fits into the requests before it.

    Args:
        requests: How many.
        rate: How many of them are answered in any minute; 0 for all.
    """
    return (requests - 1) // rate * _MINUTE if rate else 0


def at_once(asked: Sequence[Asked], latency: float) -> int:
    """Return the most requests that arrived within the time that one of them takes at least.

    Args:
        asked: The requests, oldest first.
        latency: That time in seconds.
    """
    most = first = 0
    times = sorted(request.time for request in asked)
    for place, time in enumerate(times):
        while times[first] <= time - latency and first < place:
            first += 1
        most = max(most, place - first + 1)
    return most


@cache
def _all(invoices: int) -> tuple[list[str], int]:
    """Return the ids of all line items, and the fewest requests that read them."""
    server = standin(invoices)
    items: Any = server["invoice_line_items"]
    of = [items.of(row.id) for row in server["invoices"].rows]
    requests = ceil(invoices / _PAGE_SIZE) + sum(max(1, ceil(len(one) / _PAGE_SIZE)) for one in of)
    return sorted(item["id"] for one in of for item in one), requests


def _say(what: str) -> None:
    print(what, file=sys.stderr)  # noqa: T201
