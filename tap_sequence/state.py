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
from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from tap_sequence.checkpoint import EndState, InterruptedRead
from tap_sequence.errors import SequenceError
from tap_sequence.pagination import Read
from tap_sequence.scope import Scope
from tap_sequence.times import earlier, latest, parse, utc_text
from tap_sequence.walk import NEWEST_FIRST, OLDEST_FIRST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from logging import Logger

State = dict[str, Any]


class Progress:
    """What a run has to read, and the state that each page leads to.

    Attributes:
        warnings: What of the last run's state does not count, and why.
        interrupted: The read to go on with, if there is one.
    """

    def __init__(  # noqa: PLR0913  it is what a read depends on
        self,
        state: Mapping[str, Any],
        *,
        replication_method: str,
        replication_key: str,
        config: Mapping[str, Any],
        filters: Mapping[str, object],
        started: str,
    ) -> None:
        """Take what the last run left.

        Args:
            state: The stream's state.
            replication_method: INCREMENTAL or FULL_TABLE.
            replication_key: Property that holds the creation time.
            config: The tap's configuration.
            filters: The filters as the request's parameters carry them.
            started: When the run started, in the fixed-width form. A bookmark in the future would
                hide whatever is created until then.

        Raises:
            SequenceError: If the state's bookmark is no time.
        """
        self.warnings: list[str] = []
        self._state = state
        self._method = replication_method
        self._full_table = replication_method == REPLICATION_FULL_TABLE
        self._replication_key = replication_key
        self._lookback_window = config["lookback_window"]
        self._started = started
        self._scope = Scope.of(config, filters)
        self._since = self._scope.start_date
        self._loaded = None if self._full_table else self._bookmark(filters)
        self.interrupted = self._interrupted()

    def read(self, logger: Logger) -> Read:
        """Return what is to be read next: the interrupted read, or else down from the newest.

        Args:
            logger: What the read tells that it is.
        """
        created_at = self._replication_key
        read = Read(created_at, logger, since=self._scope.start_date, bookmarked=self._again)
        if left := self.interrupted:
            read.newest = left.from_newest.end(NEWEST_FIRST, created_at)
            read.newest.first = left.newest
            if read.limit is None:
                read.shared, read.total = left.shared, left.total
                if left.from_oldest:
                    read.oldest = left.from_oldest.end(OLDEST_FIRST, created_at)
        return read

    def after(self, read: Read) -> State:
        """Take note of a page that was read.

        Args:
            read: The read, as it stands with this page.

        Returns:
            The stream's state once this page and all before it have been delivered.
        """
        if read.finished:
            if (self._scope.start_date or "") > (self._again or ""):
                self._since = self._scope.start_date
            self._loaded = latest(self._loaded, self._newest(read))
        self.interrupted = self._left_of(read)
        state = {
            "replication_key": self._replication_key,
            "replication_key_value": self._loaded,
            "scope": msgspec.structs.replace(self._scope, start_date=self._since),
        }
        if self._full_table:
            state = {key: self._state[key] for key in state if key in self._state}
        left = [self.interrupted] if self.interrupted else []
        builtins: State = msgspec.to_builtins({**state, "interrupted_reads": left})
        return builtins

    @property
    def _again(self) -> str | None:
        """Creation time from which on customers may have become visible late."""
        return earlier(self._loaded, self._lookback_window) if self._loaded else None

    def _newest(self, read: Read) -> str | None:
        first = read.newest.first
        return first and min(first, self._started)

    def _left_of(self, read: Read) -> InterruptedRead | None:
        """Return what there is to go on with, if this run should be interrupted now."""
        newest, from_newest = self._newest(read), EndState.of(read.newest)
        # Where a list has no order, a cursor says nothing of what lies before it
        in_order = read.newest.misplaced <= 1
        if read.finished or not (newest and from_newest and in_order):
            return None
        from_oldest = EndState.of(read.oldest)
        return InterruptedRead(
            self._method, self._scope, newest, from_newest, from_oldest, read.shared, read.total
        )

    def _bookmark(self, filters: Mapping[str, object]) -> str | None:
        """Return the bookmark, if it counts."""
        value = self._state.get("replication_key_value")
        if value is None:
            return None
        why = None
        if self._state.get("replication_key") != self._replication_key:
            why = f"its replication_key is not {self._replication_key}"
        try:
            scope = self._scope.of_bookmark(self._state.get("scope"), filters)
            why = why or self._scope.missing_from(scope)
        except msgspec.ValidationError:
            why = "its scope cannot be understood"
        if why:
            self.warnings.append(f"The bookmark does not count, reading in full: {why}")
            return None
        try:
            loaded = min(utc_text(parse(value)), self._started)
        except (TypeError, ValueError):
            what = f"{value!r}, which is no time"
            raise SequenceError(f"the state's replication_key_value is {what}") from None
        self._since = scope.start_date
        return loaded

    def _interrupted(self) -> InterruptedRead | None:
        """Return what an earlier run left unread, if this run can go on with it."""
        stored = self._state.get("interrupted_reads", self._state.get("interrupted_read")) or []
        why: str | None = "it cannot be understood"
        with suppress(msgspec.ValidationError):
            for left in msgspec.convert(stored, list[InterruptedRead])[:1]:
                why = self._scope.missing_from(left.scope)
                if why is None and left.scope != self._scope:
                    why = "it was made with an earlier start_date"
                if left.replication_method != self._method:
                    why = f"its replication method was {left.replication_method}"
                if why is None:
                    return left
        if stored:
            self.warnings.append(f"The interrupted read is not resumed: {why}")
        return None
