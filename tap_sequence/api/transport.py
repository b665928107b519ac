"""HTTP between the tap and one host: by which proxy and certificates, and within what bounds."""

from __future__ import annotations

import ipaddress
import os
import ssl
from functools import cache
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from typing_extensions import override

from tap_sequence.errors import SequenceError

if TYPE_CHECKING:
    import socket

    from urllib3.connection import HTTPConnection

LARGEST_ANSWER = 64
"""Megabytes (MiB) that an answer may have, decompressed; a page has a fraction of one."""


def is_loopback(host: str) -> bool:
    """Tell whether a host, without brackets around an address, is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class TooLargeError(Exception):
    """An answer has more bytes than LARGEST_ANSWER."""


def open_session(url: str) -> requests.Session:
    """Make a session whose requests go where, and trust whom, the environment says.

    The environment is asked once: requests asks it for each request, and leaves certificates out
    where a request is prepared beforehand.

    Args:
        url: What the session's requests begin with.

    Raises:
        SequenceError: If the environment names certificates that can't be read.
    """
    session = requests.Session()
    found = session.merge_environment_settings(url, {}, None, None, None)
    session.trust_env = False
    session.verify = found["verify"]
    # A proxy is another machine's way to the loopback addresses, and reads what plain http sends
    if not is_loopback(urlsplit(url).hostname or ""):
        session.proxies = found["proxies"]
    if isinstance(session.verify, str) and url.startswith("https:"):
        _check_certificates(session.verify)
    adapter = _TimedAdapter()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _check_certificates(path: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if os.path.isdir(path):  # noqa: PTH112  a Path would be no shorter, nor is one needed
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except OSError as error:
        name = "REQUESTS_CA_BUNDLE" if os.environ.get("REQUESTS_CA_BUNDLE") else "CURL_CA_BUNDLE"
        why = "no certificates in it" if isinstance(error, ssl.SSLError) else error.strerror
        raise SequenceError(f"{name}: can't use {path} ({why})") from None


def read_body(response: requests.Response) -> bytes:
    """Read the rest of an answer, and no more than LARGEST_ANSWER of it.

    Args:
        response: What a session sent with `stream=True`.

    Raises:
        TooLargeError: If there is more.
    """
    pieces = []
    room = LARGEST_ANSWER << 20
    for piece in response.iter_content(1 << 16):
        room -= len(piece)
        if room < 0:
            response.close()
            raise TooLargeError
        pieces.append(piece)
    return b"".join(pieces)


# --- A bound in time -----------------------------------------------------------------------------


class _Timed(RawIOBase):
    """Reads from a socket until its timeout, counted from now, is over for all reads together.

    The socket's own timeout is for each read alone: one byte a second would never exceed it.
    """

    def __init__(self, raw: RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._socket = sock
        timeout = sock.gettimeout()
        self._end = None if timeout is None else monotonic() + timeout

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int | None:
        if self._end is not None:
            left = self._end - monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
        return self._raw.readinto(buffer)

    @override
    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = BufferedReader(_Timed(self.fp.detach(), sock))


@cache
def _timed(kind: type[HTTPConnection]) -> type[HTTPConnection]:
    return type(kind.__name__, (kind,), {"response_class": _TimedResponse})


class _TimedAdapter(HTTPAdapter):
    """Makes the timeout one for the whole answer, headers and body."""

    @override
    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        if getattr(pool.ConnectionCls, "response_class", None) is not _TimedResponse:
            pool.ConnectionCls = _timed(pool.ConnectionCls)
        return pool
