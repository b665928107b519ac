"""What ends a run."""

from __future__ import annotations

from http import HTTPStatus
from signal import Signals

CIRCLE = "its pages go round in a circle, and the rest of the list cannot be reached"
"""What is wrong with pages that would never end."""


class SequenceError(Exception):
    """A failure in plain words: one line that says what is wrong and what to change.

    Its text never holds a credential, a body, or a customer's data other than the id.

    Attributes:
        everywhere: Whether reading another list would fail, too.
        of_the_key: Whether it is the key that is refused, so that no other request would fare
            better.
    """

    of_the_key = False

    def __init__(self, message: str, *, everywhere: bool = False) -> None:
        """Take the message, and whether it fails everywhere."""
        super().__init__(message)
        self.everywhere = everywhere


class GaveUpError(SequenceError):
    """There was no answer after all tries."""


class Stopped(SystemExit):
    """A signal ended the run.

    Attributes:
        signal: Which one.
        code: The exit code that shells give to a process that it ended: 128 plus its number.
    """

    def __init__(self, signum: int) -> None:
        """Take the signal's number."""
        super().__init__(128 + signum)
        self.signal = Signals(signum)


class RefusedError(SequenceError):
    """The API refused a request, and would again.

    Attributes:
        status: HTTP status of the answer.
        version: The API's version that answered, where it says so.
    """

    def __init__(self, message: str, status: int, version: str | None = None) -> None:
        """Take the message, the status and the version."""
        super().__init__(message, everywhere=status in _EVERYWHERE)
        self.status = status
        self.version = version
        self.of_the_key = status == HTTPStatus.UNAUTHORIZED


_EVERYWHERE = {HTTPStatus.UNAUTHORIZED, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}
"""HTTP statuses that any other request would be answered with, too."""
