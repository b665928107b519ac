"""Does every answer come to an end, in time and in bytes?"""

from __future__ import annotations

import gzip
import time
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from requests.exceptions import InvalidURL

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.api import transport
from tap_sequence.api.failures import failure
from tap_sequence.api.retries import PassingError
from tap_sequence.errors import RefusedError, SequenceError
from tests.support.fetching import fetch
from tests.support.servers import OK, PAGE, endlessly, serving
from tests.support.sync import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

pytestmark = pytest.mark.usefixtures("no_proxy")

TRICKLES: dict[str, Callable[[], Iterable[bytes]]] = {
    "status line": lambda: [bytes([byte]) for byte in OK * 100],
    "headers": lambda: endlessly(OK, b"x: y\r\n"),
    "interim answers": lambda: endlessly(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": lambda: endlessly(OK + b"content-length: 9999\r\n\r\n", b" "),
    "body without an end": lambda: endlessly(OK + b"\r\n", b" "),
    "chunks": lambda: endlessly(OK + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "size of a chunk": lambda: endlessly(OK + b"transfer-encoding: chunked\r\n\r\n1;", b"x"),
    "trailers": lambda: endlessly(
        OK + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"x: y\r\n"
    ),
    "gzip": lambda: [
        OK + b"content-encoding: gzip\r\n\r\n",
        *(bytes([byte]) for byte in gzip.compress(PAGE * 1000)),
    ],
    "nothing": lambda: endlessly(b"", b""),
    "nothing after the headers": lambda: endlessly(OK + b"content-length: 9\r\n\r\n", b""),
}


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("trickle", TRICKLES.values(), ids=TRICKLES.keys())
def test_an_answer_that_trickles_is_given_up(trickle: Callable[[], Iterable[bytes]]) -> None:
    """However an answer is drawn out, for ever, it is given up, to be tried again."""
    began = time.monotonic()
    with (
        serving(trickle, pause=0.1) as port,
        pytest.raises(PassingError, match=r"no answer within 0.4 s \(request_timeout\)"),
    ):
        fetch(f"http://127.0.0.1:{port}/api")
    assert time.monotonic() - began > 0.3


@pytest.mark.usefixtures("hurried")
def test_a_refusal_that_trickles_is_one() -> None:
    """A refusal whose body does not come is a refusal all the same."""
    head = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 99\r\n\r\n"
    with (
        serving(lambda: endlessly(head, b" "), pause=0.1) as port,
        pytest.raises(RefusedError, match="401 Unauthorized; check client_id"),
    ):
        fetch(f"http://127.0.0.1:{port}/api")


def test_a_connection_is_used_again_after_a_slow_answer(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that took almost all of request_timeout leaves the next one all of it."""
    passed: list[float] = [0]
    monkeypatch.setattr(transport, "monotonic", lambda: passed[-1])
    with SequenceAPI(250) as api:
        api.fail(faults.before(lambda: passed.append(passed[-1] + 50)), None)
        assert len(sync(api, request_timeout=60).ids) == 250
    assert passed[-1] == 150
    assert waits == []


def zipped_spaces(megabytes: int) -> bytes:
    """Compress so many megabytes of spaces to a thousandth."""
    packer = zlib.compressobj(9, wbits=31)
    spaces = b" " * (1 << 20)
    return b"".join(packer.compress(spaces) for _ in range(megabytes)) + packer.flush()


BOMB = zipped_spaces(100)

FLOODS: dict[str, Callable[[], Iterable[bytes]]] = {
    "plain": lambda: [OK + b"\r\n", *[b" " * (1 << 20)] * 100],
    "chunks": lambda: [
        OK + b"transfer-encoding: chunked\r\n\r\n",
        *[b"100000\r\n" + b" " * (1 << 20) + b"\r\n"] * 100,
    ],
    "one chunk": lambda: [
        OK + b"transfer-encoding: chunked\r\n\r\nfffffff0\r\n",
        *[b" " * (1 << 20)] * 100,
    ],
    "gzip": lambda: [
        OK + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(BOMB) + BOMB
    ],
    "gzip in a chunk": lambda: [
        OK + b"content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n"
        b"%x\r\n%b\r\n0\r\n\r\n" % (len(BOMB), BOMB)
    ],
    "gzip in gzip": lambda: [OK + b"content-encoding: gzip, gzip\r\n\r\n" + gzip.compress(BOMB)],
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS.keys())
def test_an_answer_without_end_is_refused(flood: Callable[[], Iterable[bytes]]) -> None:
    """An answer far larger than any page ends the run before it fills the memory."""
    with serving(flood) as port:
        tracemalloc.start()
        try:
            with pytest.raises(SequenceError, match="an answer of more than 64 MB; lower page_"):
                fetch(f"http://127.0.0.1:{port}/api")
            assert tracemalloc.get_traced_memory()[1] < 80 << 20
        finally:
            tracemalloc.stop()


def test_an_error_without_end_is_one() -> None:
    """A server error with a body without end is tried again, as one without a body."""
    head = b"HTTP/1.1 503 Service Unavailable\r\n\r\n"
    with (
        serving(lambda: [head, *[b" " * (1 << 20)] * 100]) as port,
        pytest.raises(PassingError, match=r"^GET /customers: 503 Service Unavailable$"),
    ):
        fetch(f"http://127.0.0.1:{port}/api")


def test_a_server_without_tls_is_named() -> None:
    """A server that does not speak TLS is told apart from one that breaks off."""
    with serving(lambda: [b"HTTP/1.1 400 Bad Request\r\n\r\n"]) as port:
        words = f"no TLS with 127.0.0.1:{port}; check api_url$"
        with pytest.raises(PassingError, match=words):
            fetch(f"https://127.0.0.1:{port}/api")


def test_an_api_url_that_requests_can_not_use_ends_the_run() -> None:
    """An api_url that passes for a URL, but not with requests, is no fault that passes."""
    words = failure(InvalidURL("planted"), host="host", seconds=1, proxied=False)
    assert words == ("api_url is no URL of an API", False)
