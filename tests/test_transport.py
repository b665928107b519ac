"""Does every answer come to an end, and is it said plainly why none came?"""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from requests.exceptions import InvalidURL
from singer_sdk.exceptions import RetriableAPIError

from standins.sequence_api import SequenceAPI
from tap_sequence.client import SequenceClient
from tap_sequence.errors import RefusedError, SequenceError
from tap_sequence.failures import failure
from tap_sequence.tap import TapSequence
from tap_sequence.walk import NEWEST_FIRST, Position
from tests.sync import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tap_sequence.client import Answer

CREDENTIALS = {"client_id": "id", "client_secret": "planted-secret"}
PAGE = b'{"items": [{"id": "one"}], "pagination": {}}'
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this machine's own proxies and certificates out."""
    for name in os.environ:
        if name.lower().endswith(("_proxy", "_ca_bundle")):
            monkeypatch.delenv(name)


@contextmanager
def serving(
    answer: Callable[[], Iterable[bytes]],
    wrap: Callable[[socket.socket], socket.socket] = lambda connection: connection,
) -> Iterator[int]:
    """Send each connection these bytes, piece by piece; yield the port."""

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            connection = wrap(connection)
            connection.recv(65536)
            for piece in answer():
                connection.sendall(piece)
        connection.close()

    def listen() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=listen, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make request_timeout a fraction of a second."""
    monkeypatch.setattr(SequenceClient, "timeout", 0.4)


HURRIED = pytest.mark.usefixtures("hurried")


def fetch(api_url: str, **config: Any) -> Answer:
    """Request the first page, once."""
    tap = TapSequence(config={**CREDENTIALS, "api_url": api_url, **config})
    stream: Any = tap.streams["customers"]
    answer: Answer = stream.fetch(Position(NEWEST_FIRST, None))
    return answer


def unused_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


# A bound in time


def slowly(head: bytes, each: bytes, tail: bytes = b"") -> Iterator[bytes]:
    """Send a part at once, and then for ever so many bytes every tenth of a second."""
    yield head
    for _ in count():
        time.sleep(0.1)
        yield each
    yield tail


def byte_by_byte(whole: bytes) -> Iterator[bytes]:
    """Send a byte every tenth of a second."""
    for byte in whole:
        time.sleep(0.1)
        yield bytes([byte])


ZIPPED = gzip.compress(PAGE * 1000)
TRICKLES: dict[str, Callable[[], Iterable[bytes]]] = {
    "status line": lambda: byte_by_byte(OK * 100),
    "headers": lambda: slowly(OK, b"x: y\r\n"),
    "interim answers": lambda: slowly(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": lambda: slowly(OK + b"content-length: 9999\r\n\r\n", b" "),
    "body without an end": lambda: slowly(OK + b"\r\n", b" "),
    "chunks": lambda: slowly(OK + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "size of a chunk": lambda: slowly(OK + b"transfer-encoding: chunked\r\n\r\n1;", b"x"),
    "trailers": lambda: slowly(
        OK + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"x: y\r\n"
    ),
    "gzip": lambda: (
        piece
        for part in ([OK + b"content-encoding: gzip\r\n\r\n"], byte_by_byte(ZIPPED))
        for piece in part
    ),
    "nothing": lambda: slowly(b"", b""),
    "nothing after the headers": lambda: slowly(OK + b"content-length: 9\r\n\r\n", b""),
}


@HURRIED
@pytest.mark.parametrize("trickle", TRICKLES.values(), ids=TRICKLES.keys())
def test_an_answer_that_trickles_is_given_up(trickle: Callable[[], Iterable[bytes]]) -> None:
    """However an answer is drawn out, it is given up, to be tried again, after request_timeout."""
    began = time.monotonic()
    with (
        serving(trickle) as port,
        pytest.raises(RetriableAPIError, match=r"no answer within 0.4 s \(request_timeout\)"),
    ):
        fetch(f"http://127.0.0.1:{port}/api")
    assert 0.3 < time.monotonic() - began < 1.5


@HURRIED
def test_a_refusal_that_trickles_is_one() -> None:
    """A refusal whose body does not come is a refusal all the same."""
    head = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 99\r\n\r\n"
    with (
        serving(lambda: slowly(head, b" ")) as port,
        pytest.raises(RefusedError, match="401 Unauthorized; check client_id"),
    ):
        fetch(f"http://127.0.0.1:{port}/api")


@HURRIED
def test_a_connection_is_used_again_after_a_slow_answer() -> None:
    """An answer that took almost all of request_timeout leaves the next one all of it."""
    with SequenceAPI(250, latency=0.25) as api:
        assert len(sync(api).ids) == 250


# A bound in bytes


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
        pytest.raises(RetriableAPIError, match=r"^GET /customers: 503 Service Unavailable$"),
    ):
        fetch(f"http://127.0.0.1:{port}/api")


# Proxies and certificates

AWAY = "https://eu.sequencehq.invalid/api"


def tunnel(status: str) -> Callable[[], Iterable[bytes]]:
    """Answer a proxy's client with this status."""
    return lambda: [f"HTTP/1.1 {status}\r\n\r\n".encode()]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("407 Proxy Authentication Required", r"wants credentials.*\(407\); check HTTPS_PROXY"),
        ("403 Forbidden", r"let through to eu\.sequencehq\.invalid \(403\); check HTTPS_PROXY"),
        ("405 Method Not Allowed", r"\(405\); check HTTPS_PROXY"),
        ("302 Found", r"\(302\); check HTTPS_PROXY"),
    ],
)
def test_a_proxy_that_refuses_ends_the_run(
    status: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a proxy refuses is not tried again; the line names the status and HTTPS_PROXY."""
    with serving(tunnel(status)) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://planted:secret@127.0.0.1:{port}")
        with pytest.raises(SequenceError, match=words) as raised:
            fetch(AWAY)
    assert "planted" not in str(raised.value)


@pytest.mark.parametrize(
    "status", ["408 Request Timeout", "429 Too Many", "502 Bad Gateway", "503 Busy", "504 Slow"]
)
def test_a_proxy_that_fails_is_tried_again(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that can't get through at present is asked again."""
    with serving(tunnel(status)) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://planted:secret@127.0.0.1:{port}")
        with pytest.raises(RetriableAPIError, match=f"{status[:3]}.*HTTPS_PROXY") as raised:
            fetch(AWAY)
    assert "planted" not in str(raised.value)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("host", ["127.0.0.1", "proxy.invalid"])
def test_a_proxy_that_is_not_there_is_tried_again(
    host: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that can't be reached is asked again, and told apart from an API that can't be."""
    monkeypatch.setenv(variable, f"http://planted:secret@{host}:{unused_port()}")
    with pytest.raises(RetriableAPIError, match="no connection to the proxy; check H") as raised:
        fetch(AWAY)
    assert "planted" not in str(raised.value)


@HURRIED
@pytest.mark.parametrize("kind", ["http", "https"])
def test_a_silent_proxy_is_tried_again(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that takes the connection and says nothing is given up after request_timeout."""
    with serving(lambda: slowly(b"", b"")) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"{kind}://127.0.0.1:{port}")
        began = time.monotonic()
        with pytest.raises(RetriableAPIError):
            fetch(AWAY)
        assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0 planted\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_proxy_that_breaks_off_is_tried_again(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that closes the connection, or speaks something else, is asked again."""
    with serving(lambda: [answer]) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(RetriableAPIError, match="the connection broke off"):
            fetch(AWAY)


@pytest.mark.parametrize(
    "proxy",
    [
        "http://",
        "http://[planted",
        "http://planted:abc",
        "http://planted:999999",
        "ftp://planted:secret@proxy:80",
        "http://planted€:secret@127.0.0.1:9",
        "::::",
        "planted host:80",
        "planted:secret@127.0.0.1:9",
        "direct://",
        "http://planted:secret@.a..b:80",
        "http://planted€.invalid:80",
    ],
)
def test_a_proxy_that_is_none_ends_the_run(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An HTTPS_PROXY that is no URL of a proxy ends the run at once, and is not shown."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(SequenceError, match="HTTPS_PROXY is no URL of a proxy") as raised:
        fetch(AWAY)
    assert "planted" not in str(raised.value)


@pytest.mark.parametrize("kind", ["socks4", "socks5", "socks5h"])
def test_a_socks_proxy_without_its_package_ends_the_run(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A SOCKS proxy ends the run at once where its package is missing, which is named."""
    monkeypatch.setenv("ALL_PROXY", f"{kind}://planted:secret@127.0.0.1:9")
    with pytest.raises(SequenceError, match=r"HTTPS_PROXY names a SOCKS.*PySocks") as raised:
        fetch(AWAY)
    assert "planted" not in str(raised.value)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Return an authority whose certificates nobody trusts who isn't told to."""
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> Callable[[socket.socket], socket.socket]:
    """Return what lets a connection speak TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return lambda connection: context.wrap_socket(connection, server_side=True)


def test_a_certificate_that_is_not_accepted_ends_the_run(
    tls: Callable[[socket.socket], socket.socket],
) -> None:
    """A server's certificate that is not trusted ends the run at once, and names the setting."""
    words = "the server's certificate is not accepted; check api_url, or .* in REQUESTS_CA_BUNDLE"
    with (
        serving(lambda: [OK + b"\r\n" + PAGE], tls) as port,
        pytest.raises(SequenceError, match=words),
    ):
        fetch(f"https://localhost:{port}/api")


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have REQUESTS_CA_BUNDLE name the authority."""
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))


@pytest.mark.usefixtures("trusted")
def test_a_certificate_in_the_bundle_is_accepted(
    tls: Callable[[socket.socket], socket.socket],
) -> None:
    """With the authority in REQUESTS_CA_BUNDLE the answer comes, over TLS as in plain."""
    with serving(lambda: [OK + b"\r\n" + PAGE], tls) as port:
        assert fetch(f"https://localhost:{port}/api").items == [{"id": "one"}]


@HURRIED
@pytest.mark.usefixtures("trusted")
def test_an_answer_that_trickles_over_tls_is_given_up(
    tls: Callable[[socket.socket], socket.socket],
) -> None:
    """Over TLS too an answer that is drawn out is given up after request_timeout."""
    with (
        serving(TRICKLES["body"], tls) as port,
        pytest.raises(RetriableAPIError, match="no answer within"),
    ):
        fetch(f"https://localhost:{port}/api")


def test_a_proxys_certificate_that_is_not_accepted_ends_the_run(
    tls: Callable[[socket.socket], socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy's certificate that is not trusted is told apart from the server's."""
    with serving(list, tls) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"https://planted:secret@localhost:{port}")
        with pytest.raises(SequenceError, match=r"the proxy's certificate.*HTTPS_PROXY") as raised:
            fetch(AWAY)
    assert "planted" not in str(raised.value)


def test_a_proxy_without_tls_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that is spoken to in TLS, and does not speak it, ends the run at once."""
    with serving(lambda: [b"HTTP/1.1 400 Bad Request\r\n\r\n"]) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{port}")
        with pytest.raises(SequenceError, match="let HTTPS_PROXY begin with http://"):
            fetch(AWAY)


def test_a_server_without_tls_is_named() -> None:
    """A server that does not speak TLS is told apart from one that breaks off."""
    with serving(lambda: [b"HTTP/1.1 400 Bad Request\r\n\r\n"]) as port:
        words = f"no TLS with 127.0.0.1:{port}; check api_url$"
        with pytest.raises(RetriableAPIError, match=words):
            fetch(f"https://127.0.0.1:{port}/api")


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file or directory"), ("hello", "no certificates in it")]
)
def test_certificates_that_can_not_be_read_end_the_run(
    content: str | None,
    why: str,
    variable: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bundle that is missing, or holds no certificate, ends the run at once, and is named."""
    bundle = tmp_path / "bundle.pem"
    if content:
        bundle.write_text(content, encoding="utf-8")
    monkeypatch.setenv(variable, str(bundle))
    with pytest.raises(SequenceError, match=rf"{variable}: .*{bundle.name} \({why}\)"):
        fetch(AWAY)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "127.9.9.9"])
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_comes_between_this_machine_and_itself(
    variable: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests to a loopback address, with the credentials in the clear, pass every proxy by."""
    asked: list[str] = []

    def answer() -> list[bytes]:
        asked.append(variable)
        return []

    with SequenceAPI(3) as api, serving(answer) as proxy:
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("NO_PROXY", "example.com")
        url = api.url.replace("127.0.0.1", host)
        if host == "127.9.9.9":
            with pytest.raises(RetriableAPIError, match=r"no connection to 127\.9\.9\.9"):
                fetch(url)
        else:
            credentials = {"client_id": api.client_id, "client_secret": api.client_secret}
            assert len(fetch(url, **credentials).items) == 3
    assert not asked


def test_an_api_url_that_requests_can_not_use_ends_the_run() -> None:
    """An api_url that passes for a URL, but not with requests, is no fault that passes."""
    words = failure(InvalidURL("planted"), host="host", seconds=1, proxied=False)
    assert words == ("api_url is no URL of an API", False)
