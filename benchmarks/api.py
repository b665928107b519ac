"""The stand-in in its own process, so that its work isn't counted as its client's."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

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
