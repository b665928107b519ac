"""A run's read of a list: pages for the target, and what has to be said about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tap_sequence.api.ahead import BackgroundRequests
from tap_sequence.errors import SequenceError
from tap_sequence.reading.census import in_one_answer, unchanged
from tap_sequence.reading.progress import Progress
from tap_sequence.reading.walk import Walk
from tap_sequence.singer.progress_log import ProgressLog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from logging import Logger
    from typing import Any

    from tap_sequence.api.lists import Answer, ListEndpoint
    from tap_sequence.pages import Page, Record
    from tap_sequence.reading.methods import Read
    from tap_sequence.reading.progress import State, Terms
    from tap_sequence.records.reader import RecordReader

_REMEDIES = {"has a time of change": "; api_version 2024-07-30 has it for most lists"}
"""What can be done where no record has the time that tells which are new."""


class Delivery(NamedTuple):
    """A page on its way to the target.

    Attributes:
        records: Its records.
        state: The stream's state once they, and all before them, are delivered; None if that has
            to wait for more of them.
    """

    records: list[Record]
    state: State | None


class Deliveries:
    """What a run has to read of a list, page by page.

    Args:
        stream: The stream's name, for the log.
        name: What the list's records are called there.
        endpoint: The list.
        reader: What turns its items into records.
        logger: What is told of whatever is not as it should be.

    Attributes:
        unproved: Why it is not sure that all the records of the list have been delivered; None if
            it is.
    """

    unproved: str | None = "not all of the list was read"

    def __init__(
        self, stream: str, name: str, endpoint: ListEndpoint, reader: RecordReader, logger: Logger
    ) -> None:
        """Prepare for a stream."""
        self._stream = stream
        self._name = name
        self._endpoint = endpoint
        self._reader = reader
        self._logger = logger
        self._of = name if name == stream else f"{name} for {stream}"

    def of(
        self, state: Mapping[str, Any], terms: Terms, *, prove: bool = False
    ) -> Iterator[Delivery]:
        """Read what a run has to read.

        Args:
            state: The stream's state.
            terms: What the read depends on.
            prove: Whether to make sure, if the whole list is read, that it was.

        Yields:
            Pages in the order of reading.

        Raises:
            SequenceError: If the read cannot come to its end.
        """
        progress = Progress(state, terms)
        for warning in progress.warnings:
            self._logger.warning("%s: %s", self._stream, warning)
        if progress.interrupted:
            yield from self._resumed(progress)
            prove = False  # the earlier run's part has another version
        read = progress.read(self._at_one_end, remember=prove)
        yield from self._read(progress, read, self._endpoint)
        if prove and not progress.incremental:
            self.unproved = self._unproved(read.walk, terms)

    def _resumed(self, progress: Progress) -> Iterator[Delivery]:
        """Go on with the interrupted read; where it can't be, leave it to be read anew."""
        left = progress.interrupted
        assert left  # noqa: S101  as the caller has seen
        self._logger.info(
            "Resuming the interrupted read of %s, before %s%s",
            self._stream,
            left.from_newest.reached or left.at_most,
            f" and after {left.from_oldest.reached}" if left.from_oldest else "",
        )
        read = progress.read(self._at_one_end)
        endpoint = replace(self._endpoint, page_size=left.page_size or self._endpoint.page_size)
        try:
            yield from self._read(progress, read, endpoint)
        except SequenceError as error:
            if error.of_the_key or read.walk.newest.position.cursor != left.from_newest.cursor:
                raise
            self._logger.warning(
                "%s: the interrupted read cannot be resumed, reading anew: %s", self._stream, error
            )
            progress.interrupted = None

    def _read(self, progress: Progress, read: Read, endpoint: ListEndpoint) -> Iterator[Delivery]:
        """Read to the end, and say what was wrong with the list."""
        log = ProgressLog(self._logger, self._of)
        with BackgroundRequests(endpoint, self._page, self._logger) as requests:
            for records in read.pages(requests):
                yield Delivery(records, progress.after(read))
                log.note(len(records), read.walk)
        self._warn_of_the_list(read, incremental=progress.incremental)

    def _unproved(self, walk: Walk, terms: Terms) -> str | None:
        """Say why it is not sure that a walk found all the records of the list; None if it is."""
        if walk.until is not None:
            return "start_date leaves out some of the list"
        if walk.total is None:
            return "the API does not count the list (totalResultSize)"
        if in_one_answer(walk):
            return None
        self._logger.info("Reading the list of %s again, to be sure which are gone", self._name)
        again = Walk(
            self._at_one_end,
            until=None,
            both_ends=terms.created_at is not None,
            tolerance=terms.tolerance,
            remember=True,
        )
        try:
            with BackgroundRequests(self._endpoint, self._page, self._logger) as requests:
                for _ in again.pages(requests):
                    pass
        except SequenceError as error:
            if error.everywhere:
                raise
            return str(error)
        return None if unchanged(walk, again) else "the list changed while it was read"

    def _at_one_end(self, why: str) -> None:
        self._logger.info("%s: reading on from the newest end of the list alone: %s", self._of, why)

    def _page(self, answer: Answer) -> Page:
        return self._reader.page(
            answer.items,
            unstorable=answer.unstorable,
            after=answer.after,
            total=answer.total,
            answered=answer.date,
        )

    def _warn_of_the_list(self, read: Read, *, incremental: bool) -> None:
        walk = read.walk
        misplaced = walk.newest.times.misplaced
        if misplaced == 1:
            self._logger.warning(
                "The list of %s is newest first but for a creation time out of place", self._name
            )
        elif misplaced:
            self._logger.warning(
                "The list of %s is not newest first, as was asked for: it was read to its end",
                self._name,
            )
        if walk.total is not None and walk.delivered < walk.total:
            self._logger.warning(
                "The complete read delivered %d %s, fewer than the %d that the API counted "
                "when it began (totalResultSize)",
                walk.delivered,
                self._name,
                walk.total,
            )
        if not read.proved:
            self._logger.warning(
                "The bookmark of %s does not move, as the API's count does not prove that nothing "
                "was passed over: the next run delivers once more what has changed since it",
                self._stream,
            )
        if incremental and read.untimed:
            self._logger.warning(
                "None of the %s %s, so each run delivers all %s%s",
                self._name,
                read.tells_by,
                self._stream,
                _REMEDIES.get(read.tells_by, ""),
            )
