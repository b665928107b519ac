"""What a stream remembers from run to run: its bookmark, and a read that did not come to its end.

The bookmark means: everything created up to here has been delivered. A list is read newest first,
so the bookmark can move only when a read has come to its end; until then the stream's state says,
beside the bookmark, where to go on:

    {
        "replication_key": "createdAt",
        "replication_key_value": "2026-01-31T12:00:00.000000Z",
        "scope": {"account": "…", "filters": "…", "start_date": null},
        "in_order": true,
        "interrupted_reads": [
            {
                "version": 1,
                "replication_method": "INCREMENTAL",
                "scope": {"account": "…", "filters": "…", "start_date": null},
                "newest": "2026-02-01T08:30:00.000000Z",
                "from_newest": {"cursor": "…", "reached": "…", "last": "…", "walked": 300},
                "from_oldest": null,
                "shared": 0,
                "total": null,
                "changed": null,
                "page_size": 100
            }
        ]
    }

The next run goes on with the interrupted read. At its end the bookmark moves to what was newest
when it began, and what was created or became visible since is read as ever: from the newest down to
`lookback_window` before the bookmark.

A list that has shown itself to be in another order than that of creation is read to its end by each
run, until it is in order again: a record that is new could be anywhere in it.

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
    from collections.abc import Callable, Mapping

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
        changed_at: The property that holds the time of change, if that tells what is new.
        dated: Whether `start_date` is a creation time; else the API chooses by it.
        tolerance: Seconds that a creation time may be out of order by.
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
    changed_at: str | None = None
    dated: bool = True
    tolerance: int = 0


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
        if self.incremental:
            self._bookmark, why = bookmark(
                state,
                replication_key=terms.replication_key,
                scope=self._scope,
                filters=terms.filters,
                started=terms.started,
            )
            if why:
                self.warnings.append(f"the bookmark does not count, reading in full: {why}")
        self._in_order = state.get("in_order") is not False
        self.interrupted = self._interrupted()

    def read(self, at_one_end: Callable[[str], None], *, remember: bool = False) -> Read:
        """Return what is to be read next: the interrupted read, or else what is new.

        Args:
            at_one_end: Is told why the oldest end is given up.
            remember: Whether to remember which records have been read.
        """
        terms, since, again = self._terms, self._since, self._again
        down_to = since if terms.changed_at else latest(since, again)
        walk = Walk(
            at_one_end,
            until=down_to if self._in_order else None,
            both_ends=terms.created_at is not None and self._in_order,
            tolerance=terms.tolerance,
            remember=remember,
        )
        read: Read = NewestFirst(walk, since=since, started=terms.started, limit=down_to)
        if key := terms.changed_at:
            read = Changed(walk, since=since, started=terms.started, key=key, again=again)
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
        walk = read.walk
        if not walk.newest.times.in_order:
            self._in_order = False
        elif walk.finished and walk.until is None:
            self._in_order = True
        if walk.finished and read.proved:
            since = self._bookmark.since
            if self._terms.changed_at or (self._since or "") > (self._again or ""):
                since = self._scope.start_date
            self._bookmark = Bookmark(latest(self._bookmark.value, read.bookmark), since)
        self.interrupted = InterruptedRead.of(read, self._terms.replication_method, self._scope)
        return self._as_state()

    @property
    def incremental(self) -> bool:
        """Whether the run delivers what is new alone."""
        return self._terms.replication_method == INCREMENTAL

    @property
    def _since(self) -> str | None:
        """Creation time before which nothing is wanted."""
        return self._scope.start_date if self._terms.dated else None

    def _as_state(self) -> State:
        state = {
            "replication_key": self._terms.replication_key,
            "replication_key_value": self._bookmark.value,
            "scope": msgspec.structs.replace(self._scope, start_date=self._bookmark.since),
        }
        if not self.incremental:  # the bookmark is not its affair
            state = {key: self._state[key] for key in state if key in self._state}
        left = [self.interrupted] if self.interrupted else []
        of_list = {"in_order": self._in_order, "interrupted_reads": left}
        builtins: State = msgspec.to_builtins({**state, **of_list})
        return builtins

    @property
    def _again(self) -> str | None:
        """Time from which on records may have become visible late."""
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
        self.warnings.append(f"the interrupted read is not resumed: {why}")
        return None

    def _why_not(self, left: InterruptedRead) -> str | None:
        """Say why an interrupted read can't be gone on with, if it can't."""
        if left.replication_method != self._terms.replication_method:
            return f"its replication method was {left.replication_method}"
        if why := self._scope.missing_from(left.scope):
            return why
        return "it was made with an earlier start_date" if left.scope != self._scope else None
