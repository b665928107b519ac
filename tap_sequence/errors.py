"""What ends a run."""

from __future__ import annotations

from http import HTTPStatus
from signal import Signals


class SequenceError(Exception):
    """A failure in plain words: one line that says what is wrong and what to change.

    Its text never holds a credential, a body, or a customer's data other than the id.
    """


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
    """

    def __init__(self, message: str, status: int) -> None:
        """Take the message and the status."""
        super().__init__(message)
        self.status = status

    @property
    def of_the_key(self) -> bool:
        """Whether it is the key that is refused, so that no other request would fare better."""
        return self.status == HTTPStatus.UNAUTHORIZED
