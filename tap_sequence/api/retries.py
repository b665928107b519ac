"""What is tried again, how often, and after which wait."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import count
from random import uniform
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import backoff

from tap_sequence.errors import GaveUpError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from backoff.types import Details

T = TypeVar("T")

LONGEST_WAIT = 300
"""Seconds that are waited at the most before one more try, whatever `Retry-After` asks for."""

TRIES = 10
"""Times that a page is asked for: the waits between them add up to four minutes at least."""


class PassingError(Exception):
    """A request failed in a way that another try can mend.

    Attributes:
        retry_after: What the answer's header of this name said, if there was one.
        everywhere: Whether any other request would fail now, too.
        known: Whether another request has just failed in such a way.
    """

    known = False

    def __init__(self, message: str, retry_after: str = "", *, everywhere: bool = False) -> None:
        """Take the message, the header, and whether it fails everywhere."""
        super().__init__(message)
        self.retry_after = retry_after
        self.everywhere = everywhere

    @property
    def wait(self) -> float:
        """Seconds that nothing is to be asked for."""
        return max(1, min(_asked(self), LONGEST_WAIT))


def answer_to(
    ask: Callable[[], T], logger: logging.Logger, failed_at: Callable[[], float] | None = None
) -> T:
    """Ask until there is an answer.

    Args:
        ask: Asks once.
        logger: What is told of each wait.
        failed_at: When the last try failed, on the monotonic clock, if that can be some time before
            it is noticed. A wait begins then: so a 429 that meets both ends is waited for once.

    Returns:
        The answer.

    Raises:
        GaveUpError: If there is none after all tries.
    """

    def passed() -> float:
        return monotonic() - failed_at() if failed_at else 0

    def announce(details: Details) -> None:
        error = details.get("exception")
        logger.log(
            logging.DEBUG if getattr(error, "known", False) else logging.WARNING,
            "%s; waiting %.1f s before try %d of %d",
            error,
            details.get("wait"),
            details["tries"] + 1,
            TRIES,
        )

    tried = backoff.on_exception(
        partial(_waits, logger),
        PassingError,
        max_tries=TRIES,
        on_backoff=announce,
        jitter=lambda wait: max(0, _spread(wait) - passed()),
        logger=None,
    )(ask)
    started = monotonic()
    try:
        return tried()
    except PassingError as error:
        message = f"{error}; gave up after {TRIES} tries in {monotonic() - started:.0f} s"
        everywhere = error.everywhere
    raise GaveUpError(f"{message}; the next run carries on", everywhere=everywhere)


def _waits(logger: logging.Logger) -> Generator[float, Any, None]:
    error = yield 0  # backoff starts the generator, then sends what was raised
    for tries in count():
        wait = _asked(error)
        if wait > LONGEST_WAIT:
            logger.warning(
                "%s: Retry-After asks for %.0f s; waiting %d s, the longest that this tap waits",
                error,
                wait,
                LONGEST_WAIT,
            )
        error = yield max(min(2.0**tries, 60), min(wait, LONGEST_WAIT))


def _spread(wait: float) -> float:
    return wait + uniform(0, min(wait, 10) / 4)  # noqa: S311  it only spreads clients


def _asked(error: PassingError) -> float:
    """Read `Retry-After`, seconds or an HTTP date; how Sequence uses it is not documented."""
    try:
        return float(error.retry_after)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(error.retry_after)
        # One of HTTP's three forms of a date has no time zone, and all are in GMT
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (moment - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return 0
