"""What ends a run."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from signal import Signals

from singer_sdk.exceptions import FatalSyncError


class SequenceError(FatalSyncError):
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


def kind_of(value: object) -> str:
    """Name a decoded value's type in the words of JSON, to say what came instead of another."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float() | Decimal():
            return "a number"
        case str():
            return "a string" if value else "an empty string"
        case list():
            return "an array"
        case _:
            return "an object"


def printable(text: str) -> str:
    """Return a text in a form that can't break the line that it stands in."""
    return repr(text)[1:-1]


def shown(value: object) -> str:
    """Return a wrong value as a message shows it: in one line, cut short if it is long."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


SHOWN = 60
"""Characters of a wrong value that are shown."""
