"""The JSON that a user hands over: reading it, and whether it can be passed on."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from tap_sequence.errors import SequenceError
from tap_sequence.wording import kind_of

DEEPEST = 100
"""Levels of nesting that a file may have: what walks through it would fail in its own words."""


def read_object(option: str, name: str) -> dict[str, Any]:
    """Read the file of a command line's option.

    Args:
        option: The option, for error messages.
        name: Name of the file, or `-` for standard input. It is in UTF-8, UTF-16 or UTF-32, with
            or without a byte order mark.

    Returns:
        The object that the file holds.

    Raises:
        SequenceError: If there is no such file, or it holds something else.
    """
    if not name:
        raise SequenceError(f"{option}: the name of the file is empty")
    if name.lstrip()[:1] in {"{", "["}:  # it may hold a secret
        raise SequenceError(f"{option}: expected the name of a file, got JSON")
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise SequenceError(f"{option} {name}: {error.strerror}") from None
    if not content.strip():
        raise SequenceError(f"{option} {name}: the file is empty")
    try:
        value = json.loads(content, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise SequenceError(f"{option} {name}: not JSON (line {error.lineno})") from None
    except ValueError:  # bytes that are not text, NaN and its like, numbers that are too long
        raise SequenceError(f"{option} {name}: not JSON") from None
    except RecursionError:
        raise SequenceError(f"{option} {name}: nested too deep") from None
    if not isinstance(value, dict):
        raise SequenceError(f"{option} {name}: expected an object, got {kind_of(value)}")
    if _depth(value) > DEEPEST:
        raise SequenceError(f"{option} {name}: nested too deep")
    return value


def is_unicode(value: object) -> bool:
    """Tell whether all texts in a JSON value can be written in UTF-8.

    JSON can hold half of a surrogate pair, and so can variables of the environment.
    """
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def _depth(value: object) -> int:
    depth = 0
    level = [value]
    while level:
        depth += 1
        level = [
            child
            for one in level
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
