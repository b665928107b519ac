"""Times as text: the one form that the bookmark, the limits of a read and `createdAt` share."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import overload

DAY = 24 * 60 * 60
"""Seconds of a day."""


def utc_text(moment: datetime) -> str:
    """Write a time in the fixed-width form `YYYY-MM-DDTHH:MM:SS.ffffffZ`.

    The SDK and many targets compare replication keys as text: in this form the order of the text
    is the order in time.

    Args:
        moment: A time; one without an offset counts as UTC, which is what Sequence documents.

    Returns:
        The same moment in UTC, to the microsecond.
    """
    return f"{_in_utc(moment).isoformat(timespec='microseconds')[:26]}Z"


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse(text: str) -> datetime:
    """Read an ISO 8601 date or time.

    Args:
        text: A date, or a time with or without an offset. A day's 24:00 and a leap second are the
            moment after them, as for PostgreSQL.

    Returns:
        The moment, in UTC.

    Raises:
        ValueError: If the text is no such date or time, or lies outside the years 1 to 9999.
    """
    try:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = _beyond(text.upper())
        return _in_utc(moment)
    except OverflowError as error:
        raise ValueError(text) from error


def _beyond(text: str) -> datetime:
    """Read a time that Python's own calendar lacks."""
    for one, other, missing in (
        (_MIDNIGHT, "T00", timedelta(days=1)),
        (_LEAP_SECOND, "59", timedelta(seconds=1)),
    ):
        if one.search(text):
            return datetime.fromisoformat(one.sub(other, text)) + missing
    return datetime.fromisoformat(text)


_MIDNIGHT = re.compile(r"T24(?=(:?00){0,2}([.,]0+)?(Z|[+-]|$))")
_LEAP_SECOND = re.compile(r"(?<=T\d\d:\d\d:)60")


def time_of(uuid: str) -> str | None:
    """Return the time that a UUID of version 7 holds.

    Args:
        uuid: The UUID, or any other text.

    Returns:
        The time, which is one in milliseconds, in the fixed-width form; None if it holds none.
    """
    if not _UUID7.fullmatch(uuid):
        return None
    milliseconds = int(uuid[:8] + uuid[9:13], 16)
    try:
        return utc_text(_EPOCH + timedelta(milliseconds=milliseconds))
    except OverflowError:
        return None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UUID7 = re.compile("(?i)[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def earlier(text: str, seconds: int) -> str:
    """Go back in time.

    Args:
        text: A time in the fixed-width form.
        seconds: How far back.

    Returns:
        The earlier time in the same form, or the beginning of year 1 if it would lie before.
    """
    try:
        return utc_text(parse(text) - timedelta(seconds=seconds))
    except OverflowError:
        return utc_text(datetime.min.replace(tzinfo=UTC))


@overload
def latest(first: str, second: str | None) -> str: ...
@overload
def latest(first: str | None, second: str) -> str: ...
@overload
def latest(first: str | None, second: str | None) -> str | None: ...
def latest(first: str | None, second: str | None) -> str | None:
    """Return the later of two times in the fixed-width form, or the one that is not None."""
    return max(first or "", second or "") or None
