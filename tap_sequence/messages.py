"""How Singer messages leave the tap."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.singerlib import RecordMessage

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable

    from singer_sdk.singerlib.encoding.simple import Message


class MessageWriter(MsgSpecWriter):
    """Writes whole messages to standard output.

    Records go out together with the STATE that follows them; the SDK's writer flushes each.
    """

    def __init__(self) -> None:
        """Start with nothing to do."""
        self._busy = False
        self._postponed: Callable[[], None] | None = None

    @override
    def write_message(self, message: Message) -> None:
        self._busy = True
        try:
            sys.stdout.buffer.write(self.format_message(message))
            if not isinstance(message, RecordMessage):
                sys.stdout.buffer.flush()
        finally:
            self._busy = False
        if action := self._postponed:
            self._postponed = None
            action()

    def between_messages(self, action: Callable[[], None]) -> None:
        """Do something that may write messages, but never in the middle of one.

        A signal's handler can run while a message waits for a slow target to make room.

        Args:
            action: What to do, now or once the message is through.
        """
        if self._busy:
            self._postponed = action
        else:
            action()
