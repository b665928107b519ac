"""Servers that answer byte by byte, in ways that no HTTP server does."""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

OK = b"HTTP/1.1 200 OK\r\n"
PAGE = b'{"items": [{"id": "one"}], "pagination": {}}'
CLOSED = OK + b"connection: close\r\n"
WHOLE = CLOSED + b"content-length: %d\r\n\r\n%b" % (len(PAGE), PAGE)


@contextmanager
def serving(
    answer: Callable[[], Iterable[bytes]],
    wrap: Callable[[socket.socket], socket.socket] = lambda connection: connection,
    *,
    pause: float = 0,
) -> Iterator[int]:
    """Send each connection some bytes, piece by piece, and close it; yield the port.

    Args:
        answer: Is called for the pieces for each connection.
        wrap: Is called with each connection, and returns the one to use for it.
        pause: Seconds after each piece.
    """
    over = Event()

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            connection = wrap(connection)
            connection.recv(65536)
            for piece in answer():
                connection.sendall(piece)
                if over.wait(pause):
                    break
        connection.close()

    def listen() -> None:
        with suppress(OSError):
            while True:
                Thread(target=serve, args=listener.accept()[:1], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=listen, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)


def endlessly(head: bytes, each: bytes) -> Iterable[bytes]:
    """Send a piece, and then for ever another one."""
    return chain([head], repeat(each))


@contextmanager
def nobody_listening() -> Iterator[int]:
    """Keep a port on which nobody listens, nor begins to meanwhile; yield it."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
