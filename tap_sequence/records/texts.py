"""Texts that every target can store."""

from __future__ import annotations

import re
from typing import Any


def storable(value: Any) -> Any:
    """Take out what targets can't store: NUL characters, and halves of surrogate pairs.

    PostgreSQL refuses NUL in texts and in JSON; half a pair is not Unicode, and becomes U+FFFD.
    """
    match value:
        case str():
            return _HALF_PAIR.sub("\ufffd", value.replace("\0", ""))
        case dict():
            return {storable(name): storable(of) for name, of in value.items()}
        case list():
            return [storable(of) for of in value]
        case _:
            return value


_HALF_PAIR = re.compile("[\ud800-\udfff]")
