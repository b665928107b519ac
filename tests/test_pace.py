"""Does the tap keep its pace, and say where it is?"""

from __future__ import annotations

import re
from itertools import count, pairwise
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from standins.sequence_api import SequenceAPI
from tap_sequence.singer import progress_log
from tap_sequence.tap import TapSequence
from tests.support.accounts import settings
from tests.support.sync import Collector, sync
from tests.support.waits import PATIENCE

if TYPE_CHECKING:
    import pytest


def let_pages_take(seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let so much time pass with each page, on the clock that the lines go by."""
    clock = SimpleNamespace(monotonic=count(step=seconds).__next__)
    monkeypatch.setattr(progress_log, "time", clock)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was said of the read's progress."""
    return [one for one in caplog.messages if " read, " in one]


def test_a_long_read_says_where_it_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A complete read says, every ten seconds at most, how many are read, of how many, how fast."""
    let_pages_take(4, monkeypatch)
    caplog.set_level("INFO")
    with SequenceAPI(1000) as api:
        sync(api)
    assert lines(caplog)[0] == "300 of 1000 customers read, 25 a second, 0:00:28 left"
    assert len(lines(caplog)) == 3


def test_an_incremental_read_says_how_many_it_has_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A read that ends at a limit knows no total, and says how many it has read, and how fast."""
    with SequenceAPI(1000) as api:
        let_pages_take(10, monkeypatch)
        caplog.set_level("INFO")
        sync(api, start_date="2025-08-01")
    assert lines(caplog)
    assert all(re.fullmatch(r"\d+ customers read, \d+ a second", one) for one in lines(caplog))


def test_a_very_long_read_says_less(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After the first minute there is a line a minute."""
    let_pages_take(10, monkeypatch)
    caplog.set_level("INFO")
    with SequenceAPI(3000) as api:
        sync(api)
    assert len(lines(caplog)) == 6 + 4


def test_a_short_read_says_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A read of less than ten seconds has no line of its own."""
    let_pages_take(0, monkeypatch)
    caplog.set_level("INFO")
    with SequenceAPI(1000) as api:
        sync(api)
    assert not lines(caplog)


def test_a_lower_limit_spaces_the_requests() -> None:
    """Below Sequence's own limit, requests come evenly spaced, from both ends together."""
    with SequenceAPI(1000) as api:
        tap = TapSequence(
            config=settings(api, max_requests_per_minute=1200), message_writer=Collector()
        )
        tap.sync_all()
    limit: Any = tap.client.limit
    # When each was allowed: when it arrives is the machine's matter
    allowed = [item.timestamp for item in limit.bucket_factory.bucket.items]
    assert len(allowed) == len(api.requests) >= 10
    assert all(later - earlier >= 50 for earlier, later in pairwise(allowed))


def test_no_page_waits_for_the_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is handed on as soon as it is there, however long the next request has to wait."""
    handed_on = Event()
    waited: list[bool] = []
    monkeypatch.setattr(
        "pyrate_limiter.limiter.sleep", lambda _: waited.append(handed_on.wait(PATIENCE))
    )

    def see(message: dict[str, Any]) -> None:
        if message["type"] == "RECORD":
            handed_on.set()

    with SequenceAPI(250) as api:
        sync(api, max_requests_per_minute=20, see=see)
    assert waited == [True, True]


def test_no_minute_has_more_requests_than_the_limit() -> None:
    """At Sequence's own limit, requests may come at once, and not one more than it allows."""
    with SequenceAPI(0) as api:
        limit = TapSequence(config=settings(api)).client.limit
    passed = sum(bool(limit.try_acquire(blocking=False)) for _ in range(1600))
    assert passed == 1500
