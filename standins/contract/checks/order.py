"""The order of lists."""

from __future__ import annotations

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
from tap_sequence.pages import NEWEST_FIRST, OLDEST_FIRST
from tap_sequence.reading.chronology import Chronology, out_of_place
from tap_sequence.singer.stream import CREATED_AT
from tap_sequence.times import parse, utc_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from standins.contract.probes import Page, Probes, Row

    Keys = Sequence[tuple[object, ...]]

_ENOUGH = 10
"""Rows that have an order by chance hardly ever."""


def _times(rows: Sequence[Row]) -> list[str]:
    """Return the creation times of rows, in a form whose text sorts. Never to be shown."""
    times = []
    for row in rows:
        try:
            times.append(utc_text(parse(row[CREATED_AT])))
        except (KeyError, TypeError, ValueError):
            continue
    if len(times) < 2:  # noqa: PLR2004  of one there is no order
        raise UnseenError("fewer than two rows have a creation time")
    return times


def _by_change(rows: Sequence[Row]) -> bool:
    """Tell whether rows are in order of their last change, too, which all of them tell."""
    try:
        changed = [utc_text(parse(row["updatedAt"])) for row in rows]
    except (KeyError, TypeError, ValueError):
        return False
    return out_of_place(changed[::-1]) <= 1


def _dated(probes: Probes) -> list[str]:
    return [name for name in probes.ordered if name not in probes.events]


@assumption(
    "newest-first",
    "The lists that take `sortOrder` are in order of `createdAt`, newest first.",
    otherwise="A list in any other order is read to its end by each run, with a warning. One in "
    "the opposite order fails.",
)
def newest(probes: Probes) -> Finding:
    """Look at first pages, as the tap does."""

    def look(name: str) -> Part:
        chronology = Chronology(NEWEST_FIRST)
        rows = probes.full(name).rows
        try:
            chronology.note(_times(rows))
        except SequenceError:
            return harmful("oldest first")
        if chronology.misplaced:
            one = chronology.in_order
            return harmless("newest first but for one row" if one else "in another order")
        if _by_change(rows):
            raise UnseenError("in the order of updatedAt, too: nothing tells the two apart")
        return holds("newest first")

    return by_stream(_dated(probes), look)


@assumption(
    "oldest-first",
    "`sortOrder=ASC` turns the order round.",
    otherwise="A list is then read from its newest end alone, which takes twice as long.",
)
def oldest(probes: Probes) -> Finding:
    """Look at first pages in that order; where nothing has a time, compare the two."""

    def look(name: str) -> Part:
        newest = probes.full(name)
        if len(newest.rows) < 2:  # noqa: PLR2004
            raise UnseenError("it has fewer than two rows")
        seen = probes.listed(name, sortOrder=OLDEST_FIRST)
        if seen.status != HTTPStatus.OK:
            return harmless(f"refused with status {seen.status}")
        rows = probes.page(seen).rows
        descending, ascending = probes.keys(name, newest.rows), probes.keys(name, rows)
        if ascending[:1] == descending[:1] and ascending != descending[::-1]:
            return harmless("ignored")
        if newest.after is None and ascending == descending[::-1]:
            return holds("turned round")
        try:
            times = _times(rows)
        except UnseenError:
            return _untimed(newest, descending, ascending)
        if out_of_place(times) > 1:
            return harmless("another order than oldest first")
        return holds("turned round")

    return by_stream(probes.ordered, look)


def _untimed(newest: Page, descending: Keys, ascending: Keys) -> Part:
    """Say what becomes of an order, where no row has a time."""
    if newest.after is None and {*ascending} == {*descending}:
        return harmless("another order than the opposite one")
    return holds("another end of the list")


@assumption(
    "ties",
    "Rows of the same `createdAt` turn round with the order, too.",
    otherwise="The two ends of a list then meet a page later.",
    guess=Guess("rows", "Row.key", "rows of the same time are in the order of their keys"),
)
def ties(probes: Probes) -> Finding:
    """Compare both orders of lists of one page."""

    def look(name: str) -> Part:
        newest = probes.full(name)
        if newest.after is not None:
            raise UnseenError("it has more than one page")
        ascending = probes.page(probes.listed(name, sortOrder=OLDEST_FIRST)).rows
        groups, others = _tied(probes, name, newest.rows), _tied(probes, name, ascending)
        common = [time for time in groups if len(groups[time]) > 1 and time in others]
        common = [time for time in common if {*groups[time]} == {*others[time]}]
        if not common:
            raise UnseenError("no two rows have the same creation time")
        turned = all(groups[time] == others[time][::-1] for time in common)
        return holds("turned round") if turned else harmless("not turned round")

    return by_stream(_dated(probes), look)


def _tied(probes: Probes, name: str, rows: Sequence[Row]) -> dict[str, list[tuple[object, ...]]]:
    """Return the keys of rows, by creation time."""
    groups: dict[str, list[tuple[object, ...]]] = {}
    for row in rows:
        try:
            time = utc_text(parse(row[CREATED_AT]))
        except (KeyError, TypeError, ValueError):
            continue
        groups.setdefault(time, []).append(probes.key(name, row))
    return groups


@assumption(
    "other-lists-unordered",
    "The lists that are documented in no order are not in order of creation.",
    otherwise="The tap reads them to their end, whatever their order.",
    guess=Guess("endpoint", "Endpoint.ordered", "an order that tells nothing"),
)
def others(probes: Probes) -> Finding:
    """Look at their first pages."""

    def look(name: str) -> Part:
        times = _times(probes.full(name).rows)
        if len({*times}) < _ENOUGH:
            raise UnseenError(f"fewer than {_ENOUGH} creation times")
        for words, ascending in (("newest first", times[::-1]), ("oldest first", times)):
            if out_of_place(ascending) <= 1:
                return harmless(words)
        return holds("no order of creation")

    others = [name for name in probes.lists if name not in probes.ordered]
    return by_stream(
        [one for one in others if CREATED_AT in probes.stream(one).schema["properties"]], look
    )
