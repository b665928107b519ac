"""One read by a client, of a server that counts its requests."""

from __future__ import annotations

import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.limits import at_once
from benchmarks.measuring import FailedError
from benchmarks.spending import Spent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.api import Asked, Served
    from benchmarks.clients import Client
    from benchmarks.measuring import Cost


def read(  # noqa: PLR0913  what is read, and how it is served
    client: Client,
    served: Served,
    wanted: Sequence[str],
    *,
    latency_ms: int,
    rate: int,
    what: str,
) -> Spent:
    """Read once, as if nothing had been asked of the server before.

    Args:
        client: By what.
        served: Of what.
        wanted: The ids that it must deliver, each once, sorted.
        latency_ms: Milliseconds that each request takes.
        rate: Requests that the server answers in any minute; 0 for all.
        what: What has these ids, in words.

    Returns:
        What it took.

    Raises:
        FailedError: If it ended with an error, or did not deliver every one once.
    """
    served.begin(latency_ms, rate)
    variables = dict(served.variables)
    if rate:
        variables["TAP_SEQUENCE_MAX_REQUESTS_PER_MINUTE"] = str(rate)
    with tempfile.TemporaryDirectory() as folder:
        cost, delivered = client.run(variables, Path(folder))
    asked = served.asked()
    if sorted(delivered) != wanted:
        raise FailedError(
            f"{client.name} delivered {len({*delivered} & {*wanted}):,} of {len(wanted):,} {what}, "
            f"in {len(delivered):,} records"
        )
    return spent(cost, asked, latency_ms)


def spent(cost: Cost, asked: Sequence[Asked], latency_ms: int) -> Spent:
    """Return what a run took.

    Args:
        cost: What its process cost.
        asked: Its requests, oldest first.
        latency_ms: Milliseconds that each of them took.
    """
    refused = sum(request.status != HTTPStatus.OK for request in asked)
    return Spent(*cost, len(asked), refused, at_once(asked, latency_ms / 1000))
