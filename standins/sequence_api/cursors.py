"""Cursors: opaque texts that stand for places in a list."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from standins.sequence_api.rows import Key


def cursor(key: Key, order: str) -> str:
    """The text for a place in a list that is read in one order.

    Args:
        key: The place: the key of the row in front of it.
        order: Which order of which list, so that no other takes the cursor.
    """
    number, identity = key
    return base64.b64encode(
        f"{identity}#{number}#{order}".encode("utf-8", "surrogatepass")
    ).decode()


def place(text: str, order: str) -> Key | None:
    """The place a cursor stands for; None where it is no cursor of this order."""
    try:
        held = base64.b64decode(text, validate=True).decode("utf-8", "surrogatepass")
        identity, number, _ = held.rsplit("#", 2)
        key = int(number), identity
    except ValueError:
        return None
    return key if cursor(key, order) == text else None
