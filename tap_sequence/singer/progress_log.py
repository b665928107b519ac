"""Where a long read is."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging import Logger

    from tap_sequence.reading.walk import Walk

INTERVAL, LATER = 10, 60
"""Seconds between two lines, at least, in a read's first minute and afterwards."""


class ProgressLog:
    """Says every now and then how far a read has come.

    Args:
        logger: Where it says so.
        name: The stream's name.
    """

    def __init__(self, logger: Logger, name: str) -> None:
        """Start the clock."""
        self._logger = logger
        self._name = name
        self._read = 0
        self._started = self._said = time.monotonic()

    def note(self, records: int, walk: Walk) -> None:
        """Take note of a page that has been handed on.

        Args:
            records: How many records it had.
            walk: The read's walk, as it now stands.
        """
        self._read += records
        now = time.monotonic()
        if now - self._said < (INTERVAL if now - self._started <= LATER else LATER):
            return
        self._said = now
        rate = self._read / (now - self._started)
        if walk.total is None:
            self._logger.info("%d %s read, %.0f a second", self._read, self._name, rate)
        else:
            left = max(walk.total - walk.delivered, 0)
            self._logger.info(
                "%d of %d %s read, %.0f a second, %s left",
                walk.delivered,
                walk.total,
                self._name,
                rate,
                timedelta(seconds=round(left / rate)) if rate else "unknown time",
            )
