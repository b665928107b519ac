"""How Singer messages leave the tap."""

from __future__ import annotations

import sys
from concurrent.futures import CancelledError
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING

from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.singerlib import RecordMessage
from typing_extensions import override

from tap_sequence.errors import SequenceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.singerlib.encoding.simple import Message


TOO_DEEP = "a record is nested too deep to be written"

BUFFERED = 1 << 20
"""Bytes of records that are kept at the most before they are written."""


class MessageWriter(MsgSpecWriter):
    """Writes whole messages to standard output, for any number of threads.

    Records go out together, with the STATE that follows them. The SDK's writer flushes each, which
    takes longer than making it, and longer still where PYTHONUNBUFFERED is set.

    What handles signals runs in the main thread, between any two of its steps. While streams are
    synced no message is written in that thread but by the handler itself: it can't break in on one.
    Only `--test` writes there, a record of each list.
    """

    def __init__(self) -> None:
        """Start with nothing to write."""
        self._lines = bytearray()
        self._writing = RLock()
        self._ending = False
        self._ended = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let other threads write nothing in between, while the `with` block runs.

        Raises:
            CancelledError: If the last turn has come.
        """
        with self._writing:
            if self._ending:
                raise CancelledError
            yield

    @contextmanager
    def last_turn(self) -> Iterator[None]:
        """As `turn`, once what is being written is through; nothing is written afterwards."""
        self._ending = True  # at once, as a thread could take one turn after the other
        with self._writing:
            yield
            self._ended = True

    @override
    def write_message(self, message: Message) -> None:
        with self._writing:
            if self._ended:
                raise CancelledError
            try:
                self._lines += self.format_message(message)
            except RecursionError:
                raise SequenceError(TOO_DEEP) from None
            if not isinstance(message, RecordMessage) or len(self._lines) > BUFFERED:
                self._flush()

    def close(self) -> None:
        """Have nothing more be written, once what is being written is through."""
        with self.last_turn():
            pass

    def _flush(self) -> None:
        left, self._lines = memoryview(self._lines), bytearray()
        while left:  # what is not buffered may take a part
            left = left[sys.stdout.buffer.write(left) :]
        sys.stdout.buffer.flush()
