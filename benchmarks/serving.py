"""The stand-in with invoices and their line items, which says in the end what it was asked.

python -m benchmarks.serving INVOICES LATENCY_MS REQUESTS_PER_MINUTE

The last of these is 0 where nothing is limited. It serves until its standard input is closed.
"""

from __future__ import annotations

import json
import sys

from standins.sequence_api import SequenceAPI

CUSTOMERS = 200
"""The same numbers of customers and invoices give the same line items."""


def standin(invoices: int, latency_ms: int = 0, rate: int = 0) -> SequenceAPI:
    """Return the stand-in, not serving yet.

    Args:
        invoices: How many there are.
        latency_ms: Milliseconds that each request takes.
        rate: Requests that it answers in any minute; 0 for all.
    """
    return SequenceAPI(
        CUSTOMERS, rows={"invoices": invoices}, latency=latency_ms / 1000, rate=rate or None
    )


def main(invoices: str, latency_ms: str, rate: str) -> None:
    """Serve."""
    server = standin(int(invoices), int(latency_ms), int(rate))
    server.warm("invoices", "invoice_line_items")
    with server:
        _tell(
            {
                "TAP_SEQUENCE_API_URL": server.url,
                "TAP_SEQUENCE_CLIENT_ID": server.client_id,
                "TAP_SEQUENCE_CLIENT_SECRET": server.client_secret,
            }
        )
        sys.stdin.read()
    _tell([[request.time, request.status] for request in server.requests])


def _tell(what: object) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
