"""Values as messages show them."""

from __future__ import annotations

import re
from decimal import Decimal

SHOWN = 60
"""Characters of a wrong value that are shown."""


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


def is_id(text: str) -> bool:
    """Tell whether a text looks like an id: what doesn't could be an address."""
    return re.fullmatch("[A-Za-z0-9_-]{1,64}", text) is not None


def printable(text: str) -> str:
    """Return a text in a form that can't break the line that it stands in."""
    return repr(text)[1:-1]


def shown(value: object) -> str:
    """Return a wrong value as a message shows it: in one line, cut short if it is long."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
