"""What there is below the records of another list, record by record."""

from __future__ import annotations

from http import HTTPStatus
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from tap_sequence.api.below import all_answers
from tap_sequence.api.workers import Workers
from tap_sequence.errors import RefusedError, SequenceError
from tap_sequence.singer.delivery import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from logging import Logger

    from tap_sequence.api.lists import Answer, ListEndpoint
    from tap_sequence.pages import Record
    from tap_sequence.reading.progress import State
    from tap_sequence.records.reader import RecordReader


class Parent(NamedTuple):
    """A record that rows are asked for.

    Attributes:
        record: The record; None in place of a page that had none to ask for.
        state: The stream's state once the rows below it, and all before, are delivered; None if
            that has to wait for the rest of its page.
    """

    record: Record | None
    state: State | None


class Asked(NamedTuple):
    """What came of asking for the rows below a record.

    Attributes:
        parent: The record.
        answers: The pages of rows; None if the record is not there any more.
    """

    parent: Parent
    answers: list[Answer] | None


class Children:
    """The rows below the records of another list.

    Args:
        stream: The stream's name, for the log.
        parents: What the records of the other list are called there.
        endpoint: Gives the list below a record.
        reader: What turns its items into rows.
        added: Properties of a record that each row below it gets, by the names they get there.
        lacks: Tells from a refusal whether the API's version has no such lists.
        logger: What is told of whatever is not as it should be.
    """

    def __init__(  # noqa: PLR0913  it is what such a row depends on
        self,
        stream: str,
        parents: str,
        *,
        endpoint: Callable[[Record], ListEndpoint],
        reader: RecordReader,
        added: Mapping[str, str],
        lacks: Callable[[RefusedError], bool],
        logger: Logger,
    ) -> None:
        """Prepare for a stream."""
        self._stream = stream
        self._parents = parents
        self._endpoint = endpoint
        self._reader = reader
        self._added = added
        self._lacks = lacks
        self._logger = logger
        self._found = 0
        self._missing = 0
        self._short = 0

    def of(self, pages: Iterable[Delivery], *, ahead: bool) -> Iterator[Delivery]:
        """Ask for the rows below some records.

        Args:
            pages: Pages of the records.
            ahead: Whether to ask for the rows below several records at once, before they are taken.

        Yields:
            The rows below one record after another.

        Raises:
            SequenceError: If the rows below a record, or the records themselves, can't be had.
        """
        parents = _one_by_one(pages)
        never = Event()
        one_at_a_time = (self._ask(parent, never) for parent in parents)
        for asked in Workers(self._ask).results(parents) if ahead else one_at_a_time:
            rows = self._rows(asked)
            # As long as nothing has been found, it may be the list that is not there
            told = self._found or not self._missing
            yield Delivery(rows, asked.parent.state if told else None)
        self._warn()

    def _ask(self, parent: Parent, closed: Event) -> Asked:
        if parent.record is None:
            return Asked(parent, [])
        try:
            return Asked(parent, all_answers(self._endpoint(parent.record), self._logger, closed))
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND or self._lacks(error):
                raise
            return Asked(parent, None)

    def _rows(self, asked: Asked) -> list[Record]:
        record, answers = asked.parent.record, asked.answers
        if record is None:
            return []
        if answers is None:
            self._missing += 1
            return []
        self._found += 1
        added = {name: record.get(of) for name, of in self._added.items()}
        rows: list[Record] = []
        for answer in answers:
            items = [{**one, **added} if isinstance(one, dict) else one for one in answer.items]
            page = self._reader.page(
                items, unstorable=answer.unstorable, after=answer.after, total=answer.total
            )
            rows += page.records
        self._short += len(rows) < (answers[0].total or 0)
        return rows

    def _warn(self) -> None:
        stream, parents, missing = self._stream, self._parents, self._missing
        if missing > 1 and not self._found:
            raise SequenceError(
                f"{stream}: 404 Not Found for each of the {missing} {parents} that they were asked "
                "for; check api_url and api_version"
            )
        if missing and not self._found:
            self._logger.warning(
                "The only one of the %s that %s were asked for was not found (404): the next run "
                "asks again",
                parents,
                stream,
            )
        elif missing:
            self._logger.warning(
                "%d of the %s had vanished when their %s were asked for (404), and were skipped",
                missing,
                parents,
                stream,
            )
        if self._short:
            self._logger.warning(
                "Of %d of the %s came fewer %s than the API counted (totalResultSize)",
                self._short,
                parents,
                stream,
            )


def _one_by_one(pages: Iterable[Delivery]) -> Iterator[Parent]:
    """Yield the records of some pages, the last one of each with the state."""
    for page in pages:
        last = len(page.records) - 1
        for number, record in enumerate(page.records):
            yield Parent(record, page.state if number == last else None)
        if not page.records:
            yield Parent(None, page.state)
