"""The API over HTTP on 127.0.0.1, in its own thread."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_HOST = "127.0.0.1"
_EXTENSION = "standin.connection"


class _Protocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, with access to the connection for the application."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {_EXTENSION: {"transport": self.transport}}


async def drop(scope: Scope, receive: Receive) -> None:
    """Close a request's connection so that its client sees a reset."""
    _abort(scope["extensions"][_EXTENSION]["transport"])
    while (await receive())["type"] != "http.disconnect":
        pass


def _abort(transport: asyncio.Transport) -> None:
    if not transport.is_closing():
        linger = struct.pack("ii", 1, 0)  # on, for no time: closing sends RST in place of FIN
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()


class _Uvicorn(uvicorn.Server):
    """A server that stops at once, whatever its requests are waiting for."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.current_thread()
        self._ready.set()
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._disconnect()
        for sock in sockets or []:
            sock.close()
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        if self._loop is None:
            return
        if self._thread is threading.current_thread():
            self._disconnect()
        self._loop.call_soon_threadsafe(self._stopping.set)

    def _disconnect(self) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            _abort(connection.transport)


class Server:
    """An application on a port, from `start` to `stop`, any number of times.

    Args:
        application: An ASGI application; receives only requests.
        port: Where it listens; 0 for any free port, which is kept from then on.
    """

    def __init__(self, application: Application, port: int = 0) -> None:
        self.port = port
        self._application = application
        self._uvicorn: _Uvicorn | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it has been started, and not stopped since."""
        return self._uvicorn is not None

    def start(self) -> None:
        """Listen; returns once connections are accepted."""
        self._join()
        listener = socket.socket(proto=socket.IPPROTO_TCP)  # for this, asyncio sets TCP_NODELAY
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, self.port))
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._application,
            http=_Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level=logging.CRITICAL + 1,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=600,
        )
        ready = threading.Event()
        self._uvicorn = server = _Uvicorn(config, ready)

        def serve() -> None:
            try:
                with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
                    runner.run(server.serve(sockets=[listener]))
            finally:
                listener.close()
                ready.set()

        self._thread = threading.Thread(target=serve, name=f"port {self.port}", daemon=True)
        self._thread.start()
        ready.wait()

    def stop(self) -> None:
        """Stop listening, and drop every connection; may be called while answering a request."""
        if self._uvicorn is not None:
            self._uvicorn.stop()
            self._uvicorn = None
        if self._thread is not threading.current_thread():
            self._join()

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None
