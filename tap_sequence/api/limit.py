"""How many requests are made in a minute, and when none is."""

from __future__ import annotations

from math import ceil
from threading import Lock
from time import monotonic, sleep

from pyrate_limiter import Duration, InMemoryBucket, Limiter, Rate, SingleBucketFactory

LIMIT = 1500
"""Requests in a minute that Sequence allows to an API key."""

_MINUTE = Duration.MINUTE + Duration.SECOND
"""A request can be longer on its way than one that is made a minute later."""


class Limit:
    """What every request has to be let through by, whichever thread makes it.

    Sequence counts by the minute: at its own limit requests may come in a burst, below it they are
    spaced evenly, to leave room for others.

    Args:
        requests: How many are allowed in a minute, up to LIMIT.

    Attributes:
        limiter: What counts them.
    """

    def __init__(self, requests: int) -> None:
        """Begin with a minute in which there were none."""
        evenly = requests < LIMIT
        rate = Rate(1, ceil(60_000 / requests)) if evenly else Rate(requests, _MINUTE)
        # Without the thread that would forget requests from before: a run has some thousand
        bucket = SingleBucketFactory(InMemoryBucket([rate]), schedule_leak=False)
        self.limiter = Limiter(bucket, buffer_ms=1)
        self._turn = Lock()
        self._held_until = 0.0
        self._holding = Lock()

    def wait(self) -> None:
        """Wait until a request may be made."""
        with self._turn:  # pyrate_limiter wakes all that wait, for the one that may go
            self.limiter.try_acquire()
        while (left := self._held_until - monotonic()) > 0:
            sleep(left)

    def hold(self, seconds: float) -> bool:
        """Let no request through for a while.

        Returns:
            Whether one would have been let through but for this.
        """
        with self._holding:
            now = monotonic()
            free = self._held_until <= now
            self._held_until = max(self._held_until, now + seconds)
            return free
