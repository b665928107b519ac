"""A run's read of a stream: pages for the target, and what has to be said about them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tap_sequence.api.ahead import BackgroundRequests
from tap_sequence.errors import SequenceError
from tap_sequence.reading.methods import Changed
from tap_sequence.reading.progress import Progress
from tap_sequence.singer.progress_log import ProgressLog

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from logging import Logger
    from typing import Any

    from tap_sequence.api.lists import Answer, ListEndpoint
    from tap_sequence.pages import Page, Record
    from tap_sequence.reading.methods import Read
    from tap_sequence.reading.progress import State, Terms
    from tap_sequence.records.reader import RecordReader


class Delivery(NamedTuple):
    """A page on its way to the target.

    Attributes:
        records: Its records.
        state: The stream's state once they, and all before them, are delivered.
    """

    records: list[Record]
    state: State


class Deliveries:
    """What a run has to read of a list, page by page.

    Args:
        name: The stream's name, for the log.
        endpoint: The list.
        reader: What turns its items into records.
        declared: The fields that the tap knows, whatever the catalog declares.
        logger: What is told of whatever is not as it should be.
    """

    def __init__(
        self,
        name: str,
        endpoint: ListEndpoint,
        reader: RecordReader,
        declared: Collection[str],
        logger: Logger,
    ) -> None:
        """Prepare for a stream."""
        self._name = name
        self._endpoint = endpoint
        self._reader = reader
        self._declared = frozenset(declared)
        self._logger = logger

    def of(self, state: Mapping[str, Any], terms: Terms) -> Iterator[Delivery]:
        """Read what a run has to read.

        Args:
            state: The stream's state.
            terms: What the read depends on.

        Yields:
            Pages in the order of reading.

        Raises:
            SequenceError: If the read cannot come to its end.
        """
        progress = Progress(state, terms)
        for warning in progress.warnings:
            self._logger.warning("%s", warning)
        if progress.interrupted:
            yield from self._resumed(progress)
        yield from self._read(progress, progress.read(self._logger))
        self._warn_of_what_was_changed()

    def _resumed(self, progress: Progress) -> Iterator[Delivery]:
        """Go on with the interrupted read; where it can't be, leave it to be read anew."""
        left = progress.interrupted
        assert left  # noqa: S101  as the caller has seen
        self._logger.info(
            "Resuming the interrupted read of %s, before %s%s",
            self._name,
            left.from_newest.reached or left.at_most,
            f" and after {left.from_oldest.reached}" if left.from_oldest else "",
        )
        read = progress.read(self._logger)
        try:
            yield from self._read(progress, read)
        except SequenceError as error:
            if error.of_the_key or read.walk.newest.position.cursor != left.from_newest.cursor:
                raise
            self._logger.warning("The interrupted read cannot be resumed, reading anew: %s", error)
            progress.interrupted = None

    def _read(self, progress: Progress, read: Read) -> Iterator[Delivery]:
        """Read to the end, and say what was wrong with the list."""
        log = ProgressLog(self._logger, self._name)
        with BackgroundRequests(self._endpoint, self._page, self._logger) as requests:
            for records in read.pages(requests):
                yield Delivery(records, progress.after(read))
                log.note(len(records), read.walk)
        self._warn_of_the_list(read)

    def _page(self, answer: Answer) -> Page:
        return self._reader.page(
            answer.items,
            unstorable=answer.unstorable,
            after=answer.after,
            total=answer.total,
            answered=answer.date,
        )

    def _warn_of_the_list(self, read: Read) -> None:
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
                self._name,
            )
        if isinstance(read, Changed) and read.untimed:
            self._logger.warning(
                "None of the %s has a time of change, so each run delivers them all; api_version "
                "2024-07-30 has it for most lists",
                self._name,
            )

    def _warn_of_what_was_changed(self) -> None:
        if unknown := self._reader.unknown_fields - self._declared:
            self._logger.warning(
                "The API sent fields that this version of the tap does not know, and they were "
                "dropped (upgrade it to have them): %s",
                _in_words(unknown),
            )
        if missing := self._reader.unknown_fields & self._declared:
            self._logger.warning(
                "The API sent fields that the catalog does not declare, and they were dropped "
                "(discover it again to have them): %s",
                _in_words(missing),
            )
        if self._reader.surprises:
            self._logger.warning(
                "The API sent values of other types than declared, and they were delivered as they "
                "came: %s",
                ", ".join(f"{self._name}.{path}" for path in sorted(self._reader.surprises)[:20]),
            )
        if self._reader.cut:
            self._logger.warning(
                "The API sent times where dates are declared, and their dates were delivered: %s",
                ", ".join(sorted(self._reader.cut)),
            )
        if self._reader.characters_removed:
            self._logger.warning(
                "Some texts held NUL characters or halves of surrogate pairs, which databases "
                "can't store: these characters were removed"
            )


def _in_words(fields: set[str]) -> str:
    """Name some fields; what is no field's name could be a customer's."""
    shown = sorted(name for name in fields if re.fullmatch("[a-z][A-Za-z0-9_]{0,40}", name))[:20]
    hidden = len(fields) - len(shown)
    return ", ".join([*shown, *([f"{hidden} more"] if hidden else [])])
