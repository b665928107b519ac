"""The stand-in in its own process, so that its work isn't counted as its client's."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.measuring import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def api(customers: int, latency_ms: int = 0) -> Iterator[dict[str, str]]:
    """Serve customers while the `with` block runs.

    Args:
        customers: How many; the same number gives the same customers.
        latency_ms: Milliseconds that each request takes.

    Yields:
        The environment variables through which clients find it.
    """
    options = ["--customers", str(customers), "--latency-ms", str(latency_ms), "--warm"]
    with subprocess.Popen(  # noqa: S603  the arguments are this file's own
        [sys.executable, "-m", "standins.sequence_api", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            if server.stdout is None:
                raise AssertionError
            url, client_id, client_secret = (server.stdout.readline().split()[-1] for _ in range(3))
            yield {
                "TAP_SEQUENCE_API_URL": url,
                "TAP_SEQUENCE_CLIENT_ID": client_id,
                "TAP_SEQUENCE_CLIENT_SECRET": client_secret,
            }
        finally:
            server.terminate()


class Asked(NamedTuple):
    """A request as the server met it.

    Attributes:
        time: When it arrived, in seconds of some clock.
        status: Of the answer; None if there was none.
        of: The name of the list that was asked for.
    """

    time: float
    status: int | None
    of: str = ""


class Served:
    """The stand-in of `serving`, in a process of its own.

    Attributes:
        variables: The environment variables through which clients find it.
    """

    def __init__(self, server: subprocess.Popen[str]) -> None:
        """Wait until it serves."""
        if server.stdin is None or server.stdout is None:
            raise AssertionError
        self._input = server.stdin
        self._output = server.stdout
        self.variables: dict[str, str] = json.loads(self._output.readline())

    def begin(self, latency_ms: int, rate: int) -> None:
        """Let nothing have been asked yet.

        Args:
            latency_ms: Milliseconds that each request takes from now on.
            rate: Requests that it answers in any minute; 0 for all.
        """
        self._say([latency_ms, rate])

    def asked(self) -> list[Asked]:
        """Return what it was asked since then, oldest first."""
        return [Asked(*request) for request in self._say(None)]

    def _say(self, what: object) -> Any:
        self._input.write(f"{json.dumps(what)}\n")
        self._input.flush()
        return json.loads(self._output.readline())


@contextmanager
def served(content: str, size: int) -> Iterator[Served]:
    """Serve while the `with` block runs.

    Args:
        content: What: one of the contents of `serving`.
        size: How much of it; the same gives the same rows.
    """
    with subprocess.Popen(  # noqa: S603  the arguments are this file's own
        [sys.executable, "-m", "benchmarks.serving", content, str(size)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            yield Served(server)
        finally:
            server.terminate()
