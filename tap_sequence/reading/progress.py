"""What a stream remembers from run to run: its bookmark, and a read that did not come to its end.

The bookmark means: everything created up to here has been delivered. A list is read newest first,
so the bookmark can move only when a read has come to its end; until then the stream's state says,
beside the bookmark, where to go on:

    {
        "replication_key": "createdAt",
        "replication_key_value": "2026-01-31T12:00:00.000000Z",
        "scope": {"account": "…", "filters": "…", "start_date": null},
        "interrupted_reads": [
            {
                "version": 1,
                "replication_method": "INCREMENTAL",
                "scope": {"account": "…", "filters": "…", "start_date": null},
                "newest": "2026-02-01T08:30:00.000000Z",
                "from_newest": {"cursor": "…", "reached": "…", "last": "…", "walked": 300},
                "from_oldest": null,
                "shared": 0,
                "total": null
            }
        ]
    }

The next run goes on with the interrupted read. At its end the bookmark moves to what was newest
when it began, and what was created or became visible since is read as ever: from the newest down to
`lookback_window` before the bookmark.

Meltano merges states key by key, so every key is always there. What can be missing is in a list,
which Meltano replaces as a whole: where null was, it fails on an object.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from tap_sequence.reading.bookmark import Bookmark, bookmark
from tap_sequence.reading.checkpoint import InterruptedRead, interrupted_read
from tap_sequence.reading.methods import Changed, NewestFirst
from tap_sequence.reading.scope import Scope
from tap_sequence.reading.walk import Walk
from tap_sequence.times import earlier, latest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from logging import Logger

    from tap_sequence.reading.methods import Read
    from tap_sequence.reading.scope import Account

INCREMENTAL = "INCREMENTAL"

State = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a run's read of a list depends on.

    Attributes:
        replication_method: INCREMENTAL or FULL_TABLE.
        replication_key: The stream's replication key.
        created_at: The property that holds the creation time, if the list can be asked for in both
            orders of creation; None if it has no known order.
        account: Whose list it is.
        filters: The filters as the request's parameters carry them.
        start_date: Creation time before which nothing is wanted, as ISO 8601.
        lookback_window: Seconds before the bookmark from which on records may have become visible
            late.
        started: When the run started, in the fixed-width form.
    """

    replication_method: str
    replication_key: str | None
    created_at: str | None
    account: Account
    filters: Mapping[str, object]
    start_date: str | None
    lookback_window: int
    started: str


class Progress:
    """What a run has to read of a list, and the state that each page leads to.

    Attributes:
        warnings: What of the last run's state does not count, and why.
        interrupted: The read to go on with, if there is one.
    """

    def __init__(self, state: Mapping[str, Any], terms: Terms) -> None:
        """Take what the last run left.

        Args:
            state: The stream's state.
            terms: What the read depends on.

        Raises:
            SequenceError: If the state's bookmark is no time.
        """
        self.warnings: list[str] = []
        self._state = state
        self._terms = terms
        self._scope = Scope.of(terms.account, terms.filters, terms.start_date)
        self._bookmark = Bookmark(None, self._scope.start_date)
        if terms.replication_method == INCREMENTAL:
            self._bookmark, why = bookmark(
                state,
                replication_key=terms.replication_key,
                scope=self._scope,
                filters=terms.filters,
                started=terms.started,
            )
            if why:
                self.warnings.append(f"The bookmark does not count, reading in full: {why}")
        self.interrupted = self._interrupted()

    def read(self, logger: Logger) -> Read:
        """Return what is to be read next: the interrupted read, or else what is new.

        Args:
            logger: What is told why the oldest end is given up.
        """
        since, again = self._scope.start_date, self._again
        until = since if self._by_change else latest(since, again)
        walk = Walk(logger, until=until, both_ends=self._terms.created_at is not None)
        started = self._terms.started
        read: Read = NewestFirst(walk, since=since, started=started)
        if self._by_change:
            key = self._terms.replication_key or ""
            read = Changed(walk, since=since, started=started, key=key, again=again)
        if self.interrupted:
            read.resume(self.interrupted)
        return read

    def after(self, read: Read) -> State:
        """Take note of a page that was read.

        Args:
            read: The read, as it stands with this page.

        Returns:
            The stream's state once this page and all before it have been delivered.
        """
        if read.walk.finished and read.proved:
            start_date, since = self._scope.start_date, self._bookmark.since
            if self._by_change or (start_date or "") > (self._again or ""):
                since = start_date
            self._bookmark = Bookmark(latest(self._bookmark.value, read.bookmark), since)
        self.interrupted = InterruptedRead.of(read, self._terms.replication_method, self._scope)
        return self._as_state()

    @property
    def _by_change(self) -> bool:
        """Whether records are told to be new by another time than that of their creation."""
        terms = self._terms
        incremental = terms.replication_method == INCREMENTAL
        return incremental and terms.replication_key != terms.created_at

    def _as_state(self) -> State:
        state = {
            "replication_key": self._terms.replication_key,
            "replication_key_value": self._bookmark.value,
            "scope": msgspec.structs.replace(self._scope, start_date=self._bookmark.since),
        }
        if self._terms.replication_method != INCREMENTAL:  # the bookmark is not its affair
            state = {key: self._state[key] for key in state if key in self._state}
        left = [self.interrupted] if self.interrupted else []
        builtins: State = msgspec.to_builtins({**state, "interrupted_reads": left})
        return builtins

    @property
    def _again(self) -> str | None:
        """Creation time from which on records may have become visible late."""
        value = self._bookmark.value
        return earlier(value, self._terms.lookback_window) if value else None

    def _interrupted(self) -> InterruptedRead | None:
        """Return what an earlier run left unread, if this run can go on with it."""
        stored = self._state.get("interrupted_reads", self._state.get("interrupted_read"))
        if not stored:
            return None
        why: str | None = "it cannot be understood"
        with suppress(msgspec.ValidationError):
            left = interrupted_read(stored)
            why = self._why_not(left)
            if why is None:
                return left
        self.warnings.append(f"The interrupted read is not resumed: {why}")
        return None

    def _why_not(self, left: InterruptedRead) -> str | None:
        """Say why an interrupted read can't be gone on with, if it can't."""
        if left.replication_method != self._terms.replication_method:
            return f"its replication method was {left.replication_method}"
        if why := self._scope.missing_from(left.scope):
            return why
        return "it was made with an earlier start_date" if left.scope != self._scope else None
