"""How many requests are made in a minute."""

from __future__ import annotations

from math import ceil

from pyrate_limiter import Duration, InMemoryBucket, Limiter, Rate, SingleBucketFactory

LIMIT = 1500
"""Requests in a minute that Sequence allows to an API key."""


def limiter(requests: int) -> Limiter:
    """Make what requests are spaced by.

    Sequence counts by the minute: at its own limit requests may come in a burst, below it they are
    spaced evenly, to leave room for others.

    Args:
        requests: How many are allowed in a minute, up to LIMIT.
    """
    evenly = requests < LIMIT
    rate = Rate(1, ceil(60_000 / requests)) if evenly else Rate(requests, Duration.MINUTE)
    # Without the thread that would forget requests from before: a run has some thousand
    return Limiter(SingleBucketFactory(InMemoryBucket([rate]), schedule_leak=False), buffer_ms=1)
