"""The stand-in in its own process, so that its work isn't counted as its client's."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

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
    """

    time: float
    status: int | None


class Served:
    """The stand-in with line items, in a process of its own.

    Attributes:
        variables: The environment variables through which clients find it.
    """

    def __init__(self, server: subprocess.Popen[str]) -> None:
        """Wait until it serves."""
        self._server = server
        if server.stdout is None:
            raise AssertionError
        self.variables: dict[str, str] = json.loads(server.stdout.readline())

    def asked(self) -> list[Asked]:
        """Return what it was asked, oldest first. It serves no longer."""
        said, _ = self._server.communicate()
        return [Asked(*request) for request in json.loads(said)]


@contextmanager
def line_items(invoices: int, latency_ms: int, rate: int) -> Iterator[Served]:
    """Serve invoices and their line items while the `with` block runs.

    Args:
        invoices: How many; the same number gives the same line items.
        latency_ms: Milliseconds that each request takes.
        rate: Requests that it answers in any minute; 0 for all.
    """
    options = [str(number) for number in (invoices, latency_ms, rate)]
    with subprocess.Popen(  # noqa: S603  the arguments are this file's own
        [sys.executable, "-m", "benchmarks.serving", *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            yield Served(server)
        finally:
            server.terminate()
