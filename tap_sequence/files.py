"""The JSON that a user hands over: whether it can be passed on."""

from __future__ import annotations

import json


def is_unicode(value: object) -> bool:
    """Tell whether all texts in a JSON value can be written in UTF-8.

    JSON can hold half of a surrogate pair, and so can variables of the environment.
    """
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True
