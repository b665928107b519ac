"""The stand-in in a process of its own, for one run after another.

python -m benchmarks.serving (line_items INVOICES | account CUSTOMERS)

It says where it is. After that it answers each line of its standard input by one line, both JSON:

- `[latency, rate]`, in milliseconds and requests in any minute, 0 for no limit: it serves like that
  from now on, and nothing has been asked of it yet. The answer is null.
- `null`: the answer is what it was asked since then.

It serves until its standard input is closed.
"""

from __future__ import annotations

import gc
import json
import sys
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.lists import LISTS
from standins.sequence_api import SequenceAPI

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def line_items(invoices: int) -> SequenceAPI:
    """Return the stand-in with so many invoices, not serving yet.

    The same number of invoices gives the same line items.
    """
    return SequenceAPI(200, rows={"invoices": invoices})


def account(customers: int) -> SequenceAPI:
    """Return the stand-in with a whole account, not serving yet.

    It has ten invoices for each customer, and takes about 1,950 requests for 10,000 customers. The
    same number of customers gives the same account.
    """
    rows = {
        "invoices": 10 * customers,
        "billing_schedules": customers,
        "prices": 2 * customers,
        "customer_aliases": 2 * customers,
        "tax_rates": customers,
    }
    return SequenceAPI(customers, rows=rows)


class Content(NamedTuple):
    """What can be served.

    Attributes:
        standin: Returns the stand-in with so much of it, not serving yet.
        lists: The lists that are rendered before anything is asked.
    """

    standin: Callable[[int], SequenceAPI]
    lists: tuple[str, ...]


CONTENTS: Mapping[str, Content] = {
    "line_items": Content(line_items, ("invoices", "invoice_line_items")),
    "account": Content(account, tuple(each.name for each in LISTS)),
}


def main(content: str, size: str) -> None:
    """Serve."""
    make, lists = CONTENTS[content]
    server = make(int(size))
    server.warm(*lists)
    gc.freeze()  # millions of objects that stay, and would be looked through again and again
    with server:
        _tell(
            {
                "TAP_SEQUENCE_API_URL": server.url,
                "TAP_SEQUENCE_CLIENT_ID": server.client_id,
                "TAP_SEQUENCE_CLIENT_SECRET": server.client_secret,
            }
        )
        for line in sys.stdin:
            _tell(_answer(server, json.loads(line)))


def _answer(server: SequenceAPI, said: list[int] | None) -> object:
    if said is None:
        lists = [(request, server.at(request.path)) for request in server.requests]
        return [
            [request.time, request.status, asked.endpoint.name if asked else ""]
            for request, asked in lists
        ]
    latency_ms, rate = said
    server.latency, server.rate = latency_ms / 1000, rate or None
    server.start_over()
    return None


def _tell(what: object) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
