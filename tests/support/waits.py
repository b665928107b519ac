"""Waits of the tap, which are over at once, and of the tests."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from tap_sequence.api import ahead, retries
from tap_sequence.api.limit import Limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 30
"""Seconds in which what is to happen must have happened."""


@contextmanager
def over_at_once(note: Callable[[float], object] | None = None) -> Iterator[list[float]]:
    """Have every wait between tries be over at once, on the clock that these go by.

    On that clock no time passes but by waiting, so that a wait is as long as it was meant to be.
    Nobody is held back while another waits.

    Args:
        note: Is called with the seconds of each wait.

    Yields:
        The waits so far.
    """
    taken: list[float] = []

    def sleep(seconds: float, /) -> None:
        taken.append(seconds)
        if note:
            note(seconds)

    with ExitStack() as stack:
        stack.enter_context(patch.object(time, "sleep", sleep))
        for module in (ahead, retries):
            stack.enter_context(patch.object(module, "monotonic", lambda: sum(taken)))
        stack.enter_context(patch.object(Limit, "hold", lambda *_: True))
        yield taken


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so that no event tells of."""
    given_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < given_up
        time.sleep(0.01)
