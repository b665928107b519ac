"""What a limit of requests in a minute allows, and how a client's requests came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.api import Asked

RATE = 1500
"""Requests in any minute that Sequence allows."""

_MINUTE = 60


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


def spaced(requests: int, rate: int) -> float:
    """Return the seconds that so many requests take when they are spread evenly.

    Args:
        requests: How many.
        rate: How many of them are made in a minute.
    """
    return requests * _MINUTE / rate


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
