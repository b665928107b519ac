"""A request as received, an answer as sent, and JSON as bytes."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import Headers

JSON = "application/json"


def encoded(value: object) -> bytes:
    """A value as compact JSON in UTF-8, escaped if UTF-8 cannot encode it."""
    try:
        return _plain.encode(value).encode()
    except UnicodeEncodeError:  # a lone surrogate, which JSON can hold and UTF-8 cannot
        return _escaped.encode(value).encode()


def exactly(value: object) -> bytes:
    """A value as compact JSON, decimals as numbers with all their digits."""
    try:
        return _exact.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), default=_decoded).encode()


def decoded(body: bytes) -> object:
    """What JSON says, no digit of a number lost."""
    return json.loads(body, parse_float=Decimal)


def _decoded(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else json.loads(bytes(value))  # type: ignore[call-overload]


_exact = msgspec.json.Encoder(decimal_format="number")
_plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_escaped = json.JSONEncoder(separators=(",", ":"))


@dataclass(eq=False)
class Request:
    """One request, kept for asserts.

    Attributes:
        method: `GET`.
        path: With the leading `/api`, percent-decoded.
        raw_query: The query string as sent.
        raw_headers: The headers as sent, names in lower case.
        status: Of the answer; None before that, and if there was none (a dropped connection).
        time: When it arrived, in seconds of `time.monotonic()`.
    """

    method: str
    path: str
    raw_query: bytes = b""
    raw_headers: list[tuple[bytes, bytes]] = field(default_factory=list, repr=False)
    status: int | None = None
    time: float = field(default_factory=time.monotonic)

    def sent(self, name: bytes) -> list[bytes]:
        """The values of a header, whose name is given in lower case."""
        return [value for each, value in self.raw_headers if each == name]

    @cached_property
    def query(self) -> dict[str, str]:
        """The parameters, decoded; the last one if repeated."""
        return dict(parse_qsl(self.raw_query.decode("latin-1"), keep_blank_values=True))

    @cached_property
    def headers(self) -> Headers:
        """The headers, by name in any case: `request.headers["Authorization"]`."""
        return Headers(raw=self.raw_headers)


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        status: The status code.
        body: The whole body; its length is announced.
        headers: In the order they are sent, names in lower case, without `content-length`.
        sent: How many bytes of the body are sent before the connection closes; None for a complete
            answer and a connection that stays open.
    """

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    sent: int | None = None
