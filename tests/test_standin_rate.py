"""Does the stand-in count what it is asked, and refuse what is too much?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.support.clients import client_of

if TYPE_CHECKING:
    from tests.support.clients import Client


def statuses(client: Client, n: int) -> list[int]:
    """The statuses of so many requests, one after the other."""
    return [client.get("limit=1").status_code for _ in range(n)]


def test_no_limit_unless_asked_for() -> None:
    """An API that is told no rate answers all."""
    with client_of(1) as client:
        assert client.api.rate is None
        assert set(statuses(client, 50)) == {200}


def test_requests_past_the_rate_are_refused() -> None:
    """What comes past the rate within the window gets 429, and stands in the log all the same."""
    with client_of(1, rate=5) as client:
        assert statuses(client, 8) == [200] * 5 + [429] * 3
        assert [request.status for request in client.api.requests] == [200] * 5 + [429] * 3
        assert client.get().json()["error"].keys() == {"type", "message", "errors"}


def test_the_window_slides() -> None:
    """Each answer makes room once it is older than the window, and refusals take none."""
    with client_of(1, rate=2, window=0.6) as client:
        first = time.monotonic()
        assert statuses(client, 1) == [200]
        time.sleep(0.3)
        assert statuses(client, 3) == [200, 429, 429]
        time.sleep(max(0.0, first + 0.75 - time.monotonic()))
        assert statuses(client, 2) == [200, 429]


def test_the_rate_can_be_set_while_it_runs() -> None:
    """A limit comes into force, is raised and is lifted between two requests."""
    with client_of(1) as client:
        assert statuses(client, 3) == [200] * 3
        client.api.rate = 2
        assert statuses(client, 3) == [200, 200, 429]
        client.api.rate = 3
        assert statuses(client, 2) == [200, 429]
        client.api.rate = None
        assert statuses(client, 2) == [200, 200]


def test_starting_over_forgets_what_counts() -> None:
    """A server that starts over answers as if nothing had been asked of it."""
    with client_of(1, rate=2) as client:
        assert statuses(client, 3) == [200, 200, 429]
        client.api.start_over()
        assert client.api.requests == []
        assert statuses(client, 3) == [200, 200, 429]


def test_what_a_refusal_says() -> None:
    """A refusal names no time to wait, or the one that it is told to."""
    with client_of(1, rate=0) as client:
        assert "Retry-After" not in client.get().headers
        client.api.retry_after = "7"
        assert client.get().headers["Retry-After"] == "7"


def test_the_rate_is_counted_on_arrival() -> None:
    """Requests count from when they arrive, not from when they are answered."""
    with client_of(1, rate=1, window=0.2, latency=0.25) as client:
        assert statuses(client, 2) == [200, 200]
