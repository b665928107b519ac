"""What the tests reach for inside the package, from wherever its modules are."""

from __future__ import annotations

from tap_sequence import background, pace, retries, transport
from tap_sequence.__main__ import main
from tap_sequence.client import Answer, SequenceClient
from tap_sequence.errors import RefusedError, SequenceError
from tap_sequence.failures import failure
from tap_sequence.files import read_object
from tap_sequence.messages import MessageWriter
from tap_sequence.pagination import Read
from tap_sequence.records import Record
from tap_sequence.refusals import said
from tap_sequence.settings import SETTINGS
from tap_sequence.state import Progress, State
from tap_sequence.tap import TapSequence
from tap_sequence.times import parse, utc_text
from tap_sequence.walk import (
    NEWEST_FIRST,
    OLDEST_FIRST,
    REMEMBERED,
    Page,
    Position,
    out_of_place,
)

__all__ = [
    "NEWEST_FIRST",
    "OLDEST_FIRST",
    "REMEMBERED",
    "SETTINGS",
    "Answer",
    "MessageWriter",
    "Page",
    "Position",
    "Progress",
    "Read",
    "Record",
    "RefusedError",
    "SequenceClient",
    "SequenceError",
    "State",
    "TapSequence",
    "background",
    "failure",
    "main",
    "out_of_place",
    "pace",
    "parse",
    "read_object",
    "retries",
    "said",
    "transport",
    "utc_text",
]
