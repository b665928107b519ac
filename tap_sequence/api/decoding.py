"""JSON as the API sends it, with every number as exact as it was written."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

Json = Any
"""A decoded JSON value."""


def decode(body: bytes) -> tuple[Json, bool]:
    """Decode an answer, keeping every number as exact as it was written.

    A number that no Decimal can hold stays text.

    Args:
        body: The answer's body.

    Returns:
        The JSON value, and whether its texts can hold characters that targets can't store.

    Raises:
        ValueError: If the body is not JSON.
    """
    try:
        try:
            return _decoder.decode(body), b"\\u0000" in body
        except msgspec.DecodeError:
            # msgspec refuses half of a surrogate pair, which cut-off texts end in, and integers of
            # some thousand digits; JSON allows both
            return json.loads(
                body, parse_float=_number, parse_int=_integer, parse_constant=_no_number
            ), True
    except RecursionError:
        message = "nested too deep"
        raise ValueError(message) from None


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _integer(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text


def _no_number(name: str) -> None:
    raise ValueError(name)


_decoder = msgspec.json.Decoder(float_hook=_number)
