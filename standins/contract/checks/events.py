"""Event logs: their ids, their order, and the bounds of their filters."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from standins.contract.assumption import (
    Finding,
    Guess,
    Part,
    UnseenError,
    assumption,
    by_stream,
    harmful,
    harmless,
    holds,
)
from tap_sequence.errors import SequenceError
from tap_sequence.pages import NEWEST_FIRST
from tap_sequence.reading.chronology import Chronology
from tap_sequence.times import parse, time_of, utc_text

if TYPE_CHECKING:
    from standins.contract.probes import Probes, Row

_LOOKBACK = 600
"""Seconds that a time may be out of order by: the tap's own default."""


_ENOUGH = 10
"""Events that do not all come in the millisecond in which they happen."""


def _of_the_event(row: Row) -> bool:
    """Tell whether an id holds the time at which the event happened, to the millisecond."""
    (happened,) = _happened([row]) or ("",)
    return str(time_of(str(row.get("id"))))[:23] == happened[:23]


def _id_times(rows: list[Row]) -> list[str]:
    """Return the times that ids hold. Never to be shown."""
    return [time for row in rows if (time := time_of(str(row.get("id"))))]


@assumption(
    "event-ids",
    "Ids of events are UUIDs of version 7, which hold the time at which the event came.",
    otherwise="Without a time, or where it is that of `eventTimestamp`, `createdAt` of events is "
    "null, and each run reads all of them since start_date, with a warning.",
    guess=Guess("switches", "Switches.ids", "UUIDs of version 7"),
)
def ids(probes: Probes) -> Finding:
    """Look for times in the ids."""

    def look(name: str) -> Part:
        rows = probes.full(name).rows
        timed = len(_id_times(rows))
        if timed == len(rows) >= _ENOUGH and all(map(_of_the_event, rows)):
            return harmless("all ids hold the time of eventTimestamp")
        if timed == len(rows):
            return holds("all ids hold a time")
        return harmless(f"{'no' if not timed else 'not all'} ids hold a time")

    return by_stream(probes.events, look)


@assumption(
    "event-order",
    "Events are in the order in which they came, not in that of `eventTimestamp`.",
    otherwise="Each run then reads all events since start_date, with a warning. Until an event has "
    "come late, nothing tells the two orders apart.",
    guess=Guess("switches", "Switches.sorted_by", "by the time at which they came"),
)
def in_order(probes: Probes) -> Finding:
    """Compare both orders, where they differ."""

    def look(name: str) -> Part:
        rows = probes.full(name).rows
        came, happened = _id_times(rows), _happened(rows)
        if len(came) < 2 or len(came) < len(rows):  # noqa: PLR2004  of one there is no order
            raise UnseenError("too few ids hold a time")
        if _misplaced(came):
            by_time = len(happened) == len(rows) and not _misplaced(happened)
            return harmless("by eventTimestamp" if by_time else "in another order")
        if len(happened) == len(rows) and not _misplaced(happened):
            raise UnseenError("no event came late: both orders are the same")
        return holds("as they came")

    return by_stream(probes.events, look)


def _happened(rows: list[Row]) -> list[str]:
    times = []
    for row in rows:
        try:
            times.append(utc_text(parse(row["eventTimestamp"])))
        except (KeyError, TypeError, ValueError):
            continue
    return times


def _misplaced(times: list[str]) -> int:
    chronology = Chronology(NEWEST_FIRST, tolerance=_LOOKBACK)
    try:
        chronology.note(times)
    except SequenceError:
        return len(times)
    return chronology.misplaced


@assumption(
    "event-bounds",
    "`eventTimestampAfter` leaves out what lies before it, and what lies at that very time.",
    otherwise="The tap asks from a day before start_date on, and leaves out by itself what lies "
    "before it. Where the filter is refused, events can't be loaded with a start_date.",
    guess=Guess("switches", "Switches.inclusive", "the very time is left out"),
)
def bounds(probes: Probes) -> Finding:
    """Ask for what came after the latest event of the first page."""

    def look(name: str) -> Part:
        rows = probes.full(name).rows
        times = _happened(rows)
        if not times:
            raise UnseenError("no event has a time")
        latest = max(times)
        seen = probes.listed(name, eventTimestampAfter=latest)
        if seen.status != HTTPStatus.OK:
            return harmful(f"refused with status {seen.status}: not with a start_date")
        found = _happened(probes.page(seen).rows)
        if any(time < latest for time in found):
            return harmless("earlier ones came, too")
        if latest in found:
            return harmless("the very time is within")
        for back, part in (
            (timedelta(milliseconds=1), holds("the very time is left out")),
            (timedelta(days=1), harmless("more than the very time is left out, but not a day")),
        ):
            earlier = utc_text(parse(latest) - back)
            if latest in _happened(
                probes.page(probes.listed(name, eventTimestampAfter=earlier)).rows
            ):
                return part
        return harmful("the filter leaves out more than what is earlier: not with a start_date")

    return by_stream(probes.events, look)
