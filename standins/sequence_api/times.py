"""Times and dates as the API writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
_MINUTE = 60 * SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


def micros_of(text: str) -> int:
    """Microseconds since 1970 of an ISO 8601 time.

    Raises:
        ValueError: If it is not such a time, or has no time zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def text_of(micros: int, digits: int = 6) -> str:
    """A time as the API writes it, with this many fractional digits."""
    minutes, rest = divmod(micros, _MINUTE)
    text = f"{_minute(minutes)}:{rest // SECOND:02d}.{rest % SECOND:06d}"
    return f"{text[: 20 + digits] if digits else text[:19]}Z"


def date_of(micros: int) -> str:
    """The day of a time, as the API writes dates."""
    return _day(micros // DAY)


def digits_of(drawn: float) -> int:
    """How many fractional digits a time is written with, of a number from 0 up to 1."""
    return (0, 1, 2, 3, 3, 4, 5, 5, 6, 6, 6, 6, 6, 6)[int(drawn * 14)]


def soon(draw: Callable[[], float], after: int) -> tuple[int, int]:
    """A time microseconds to seconds after a given one, and its number of digits."""
    digits = digits_of(draw())
    step = 10 ** (6 - digits)
    return (after + int(draw() * SECOND)) // step * step + step, digits


@lru_cache(maxsize=10_000)
def _day(number: int) -> str:
    return date.fromordinal(_EPOCH_DAY + number).isoformat()


def _minute(number: int) -> str:
    day, rest = divmod(number, 24 * 60)
    return f"{_day(day)}T{rest // 60:02d}:{rest % 60:02d}"
