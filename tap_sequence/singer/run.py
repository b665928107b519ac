"""A run: the selected streams, synced side by side."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from tap_sequence.errors import GaveUpError, SequenceError
from tap_sequence.singer.child import ChildStream
from tap_sequence.singer.lanes import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from logging import Logger

    from tap_sequence.api.client import Client
    from tap_sequence.singer.stream import SequenceStream


class Run:
    """A run of the tap.

    A cursor leads to the next page alone, so that one list keeps few requests under way; Sequence
    allows as many as several lists can use.

    Args:
        streams: The selected streams.
        client: What makes their requests.
        logger: What is told of a stream that failed.
    """

    def __init__(self, streams: Sequence[SequenceStream], client: Client, logger: Logger) -> None:
        """Prepare."""
        self._streams = streams
        self._client = client
        self._logger = logger
        self._failing = Lock()
        self._failed: list[str] = []
        self._answers = -1  # when a stream last failed for lack of an answer

    def sync(self, begin: Callable[[], None], close: Callable[[], None]) -> None:
        """Sync the streams; one's failure is not the others'.

        Until the API has answered for the first time, no second list is asked for: a wrong secret
        is told once, and an API that is down is not asked by all at a time.

        Args:
            begin: What is written before anything else.
            close: Has nothing more be written; called in the end.

        Raises:
            SequenceError: If a stream could not be read to its end.
        """
        syncs = [partial(self._sync, group) for group in self._groups()]
        side_by_side([begin, *syncs], opened=self._client.answered, close=close)
        if self._failed:
            names, count = ", ".join(sorted(self._failed)), len(self._streams)
            raise SequenceError(
                f"{len(self._failed)} of {count} streams failed, for the reasons above: {names}"
            )

    def _groups(self) -> list[list[SequenceStream]]:
        """Return the streams, those together that have to be synced one after the other."""
        lists = [stream for stream in self._streams if not isinstance(stream, ChildStream)]
        # One stream below the records of a list makes all the requests that are allowed, and the
        # next one has no need to read that list again
        children = [stream for stream in self._streams if stream not in lists]
        # What is ordered by creation grows for ever, and the longest list decides when a run ends
        lists.sort(key=lambda stream: not stream.ordered)
        return [*([stream] for stream in lists), children]

    def _sync(self, streams: Sequence[SequenceStream]) -> None:
        for stream in streams:
            try:
                stream.sync()
            except SequenceError as error:
                self._note(stream, error)

    def _note(self, stream: SequenceStream, error: SequenceError) -> None:
        """Take note of a stream that failed, or raise what ends the run."""
        with self._failing:
            no_answer = isinstance(error, GaveUpError)
            down = no_answer and self._answers == self._client.answers
            if error.everywhere or down or len(self._streams) == 1:
                raise error
            self._answers = self._client.answers if no_answer else self._answers
            self._logger.error("%s failed, going on with the others: %s", stream.name, error)
            self._failed.append(stream.name)
