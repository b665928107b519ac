"""How Singer messages leave the tap."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.singerlib import RecordMessage
from typing_extensions import override

from tap_sequence.errors import SequenceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from singer_sdk.singerlib.encoding.simple import Message


TOO_DEEP = "a record is nested too deep to be written"

BUFFERED = 1 << 20
"""Bytes of records that are kept at the most before they are written."""


class MessageWriter(MsgSpecWriter):
    """Writes whole messages to standard output.

    Records go out together, with the STATE that follows them. The SDK's writer flushes each, which
    takes longer than making it, and longer still where PYTHONUNBUFFERED is set.
    """

    def __init__(self) -> None:
        """Start with nothing to write."""
        self._lines = bytearray()
        self._busy = False
        self._postponed: Callable[[], None] | None = None

    @override
    def write_message(self, message: Message) -> None:
        try:
            self._lines += self.format_message(message)
        except RecursionError:
            raise SequenceError(TOO_DEEP) from None
        if not isinstance(message, RecordMessage) or len(self._lines) > BUFFERED:
            self._flush()

    def between_messages(self, action: Callable[[], None]) -> None:
        """Do something that may write messages, but never in the middle of one.

        A signal's handler can run while messages wait for a slow target to make room.

        Args:
            action: What to do, now or once the messages are through.
        """
        if self._busy:
            self._postponed = action
        else:
            action()

    def _flush(self) -> None:
        self._busy = True
        try:
            left = memoryview(self._lines)
            while left:  # what is not buffered may take a part
                left = left[sys.stdout.buffer.write(left) :]
            sys.stdout.buffer.flush()
            self._lines = bytearray()
        finally:
            self._busy = False
        if action := self._postponed:
            self._postponed = None
            action()
