"""What a stream remembers from run to run: its bookmark, and how far an interrupted read came.

The bookmark means: everything created up to here has been delivered. A list is read newest first,
so the bookmark can move only when a read has come to its end; until then the stream's state says,
beside the bookmark, where to go on:

    {
        "replication_key": "createdAt",
        "replication_key_value": "2026-01-31T12:00:00.000000Z",
        "scope": {"filters": "…", "start_date": "…"},
        "interrupted_read": {
            "replication_method": "INCREMENTAL",
            "scope": {"filters": "…", "start_date": "…"},
            "newest": "2026-02-01T08:30:00.000000Z",
            "again": "2026-02-01T08:20:00.000000Z",
            "spans": [{"after": "…", "after_ascending": "…", "delivered": 300, "total": 900}]
        }
    }

A scope is what the settings let through: a digest of the filters (they may hold an e-mail address),
and the start date where there is one. What was read under one scope says nothing under another that
lets through more.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from tap_sequence.errors import SequenceError
from tap_sequence.pagination import Span
from tap_sequence.times import earlier, latest, parse, utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

State = dict[str, Any]

PAGES_AGAIN = 10
"""Pages that are read again at the most, after an interruption, for customers visible late."""

BOOKMARK = ("replication_key", "replication_key_value", "scope")
"""The keys that stay in a stream's state when nothing is left to read."""


class Scope(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the settings let through.

    Attributes:
        filters: Digest of the API's filters.
        start_date: Creation time before which nothing is read, if there is one.
    """

    filters: str
    start_date: str | None = None

    @classmethod
    def of(cls, filters: Mapping[str, object], start_date: str | None) -> Scope:
        """Describe the settings of this run.

        Args:
            filters: The filters as the request's parameters carry them.
            start_date: The setting, as a date or a time.
        """
        text = json.dumps(filters, sort_keys=True)
        return cls(
            filters=hashlib.sha256(text.encode()).hexdigest()[:16],
            start_date=utc_text(parse(start_date)) if start_date else None,
        )

    def covers(self, other: Scope) -> bool:
        """Tell whether all that the other scope lets through, this one did too."""
        return self.filters == other.filters and (
            self.start_date is None
            or (other.start_date is not None and self.start_date <= other.start_date)
        )


class InterruptedRead(msgspec.Struct):
    """A read that did not come to its end.

    Attributes:
        replication_method: In which mode it was reading.
        scope: What it let through.
        newest: Newest creation time that it delivered.
        again: Creation time down to which the newest customers are to be read again, for those
            that became visible late.
        spans: What it left unread, in the order of reading.
    """

    replication_method: str
    scope: Scope
    newest: str
    again: str
    spans: list[Span]

    def __post_init__(self) -> None:
        """Refuse what no run writes, such as a time that is none, or a span with nothing left."""
        if any(span.finished for span in self.spans):
            raise ValueError
        for time in (self.newest, self.again, *(span.until for span in self.spans if span.until)):
            parse(time)


class Progress:
    """A read on its way: what is left of it, and the state that this amounts to.

    Attributes:
        spans: What is left to read, in this order.
        warnings: What of the last run's state does not count, and why.
    """

    def __init__(  # noqa: PLR0913  it is what a read depends on
        self,
        state: Mapping[str, Any],
        *,
        replication_method: str,
        replication_key: str,
        scope: Scope,
        lookback_window: int,
        started: str,
    ) -> None:
        """Decide what a run has to read.

        Args:
            state: The stream's state as the last run left it.
            replication_method: INCREMENTAL or FULL_TABLE.
            replication_key: Property that holds the creation time.
            scope: What the settings let through.
            lookback_window: Seconds before the bookmark to read again.
            started: When the run started, in the fixed-width form.

        Raises:
            SequenceError: If the state's bookmark is no time.
        """
        self.warnings: list[str] = []
        self._incremental = replication_method != REPLICATION_FULL_TABLE
        self._method = replication_method
        self._replication_key = replication_key
        self._scope = scope
        self._started = started
        self._state = {key: state[key] for key in BOOKMARK if key in state}
        self._newest = self._bookmark() if self._incremental else None
        self._lookback_window = lookback_window
        self._pages = 0
        if interrupted := self._interrupted(state.get("interrupted_read")):
            self._newest = latest(self._newest, interrupted.newest)
            self.spans = [Span(until=interrupted.again), *interrupted.spans]
        elif self._newest:
            self.spans = [Span(until=earlier(self._newest, lookback_window))]
        else:
            self.spans = [Span()]
        for span in self.spans:
            span.until = latest(span.until, scope.start_date)
        self._first = self.spans[0]
        self._again: str | None = None

    def advance(self, times: Iterable[str]) -> State:
        """Take note of a page, and of the spans as they now are.

        Args:
            times: Creation times on the page. A time after the start of the run counts as the
                start: a bookmark in the future would hide whatever is created until then.

        Returns:
            The stream's state once this page and all before it have been delivered.
        """
        for time in times:
            self._newest = latest(self._newest, min(time, self._started))
        self._pages += 1
        if self._pages <= PAGES_AGAIN:
            self._again = self._first.reached
        self.spans = [span for span in self.spans if not span.finished]
        state = dict(self._state)
        if self.spans and self._newest:
            again = latest(earlier(self._newest, self._lookback_window), self._again)
            state["interrupted_read"] = msgspec.to_builtins(
                InterruptedRead(self._method, self._scope, self._newest, again, self.spans)
            )
        elif self._incremental and not self.spans:
            state.setdefault("scope", msgspec.to_builtins(self._scope))
            if self._newest:
                state["replication_key"] = self._replication_key
                state["replication_key_value"] = self._newest
        return state

    def _bookmark(self) -> str | None:
        """Return the bookmark, forgetting one that does not count."""
        value = self._state.get("replication_key_value")
        if value is None or self._state.get("replication_key") != self._replication_key:
            self._state = {}
            return None
        if "scope" in self._state and not _covers(self._state["scope"], self._scope):
            self._state = {}
            self.warnings.append(
                "the bookmark was taken with other filters, or with a later start_date"
            )
            return None
        try:
            return min(utc_text(parse(value)), self._started)
        except (TypeError, ValueError):
            raise SequenceError(
                f"the state's replication_key_value is {value!r}, which is no time"
            ) from None

    def _interrupted(self, value: object) -> InterruptedRead | None:
        """Return what an earlier run left unread, where this run can carry it on."""
        if value is None:
            return None
        try:
            interrupted = msgspec.convert(value, InterruptedRead)
        except msgspec.ValidationError:
            self.warnings.append("what it says of an interrupted read cannot be understood")
            return None
        if interrupted.replication_method != self._method:
            self.warnings.append("the interrupted read was in another replication method")
        elif not interrupted.scope.covers(self._scope):
            self.warnings.append("the interrupted read had other filters, or a later start_date")
        else:
            return interrupted
        return None


def _covers(value: object, scope: Scope) -> bool:
    try:
        return msgspec.convert(value, Scope).covers(scope)
    except msgspec.ValidationError:
        return False
