"""Does the tap keep its pace, and say where it is?"""

from __future__ import annotations

import re
from itertools import count, pairwise
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import SequenceAPI
from tap_sequence.api import limit
from tap_sequence.api.retries import PassingError
from tap_sequence.singer import progress_log
from tap_sequence.tap import TapSequence
from tests.support.accounts import settings
from tests.support.sync import Collector, sync
from tests.support.waits import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Callable[..., list[str]]:
    """Return what reads a list, and returns what was said of the read's progress."""
    caplog.set_level("INFO")

    def said(customers: int, seconds: int, **config: Any) -> list[str]:
        """Let so many seconds pass with each page, on the clock that the lines go by."""
        clock = SimpleNamespace(monotonic=count(step=seconds).__next__)
        monkeypatch.setattr(progress_log, "time", clock)
        with SequenceAPI(customers) as api:
            sync(api, **config)
        return [one for one in caplog.messages if " read, " in one]

    return said


def test_a_long_read_says_where_it_is(said: Callable[..., list[str]]) -> None:
    """A complete read says, every ten seconds at most, how many are read, of how many, how fast."""
    lines = said(1000, seconds=4)
    assert lines[0] == "300 of 1000 customers read, 25 a second, 0:00:28 left"
    assert len(lines) == 3


def test_an_incremental_read_says_how_many_it_has_read(said: Callable[..., list[str]]) -> None:
    """A read that ends at a limit knows no total, and says how many it has read, and how fast."""
    lines = said(1000, seconds=10, start_date="2025-08-01")
    assert lines
    assert all(re.fullmatch(r"\d+ customers read, \d+ a second", one) for one in lines)


def test_a_very_long_read_says_less(said: Callable[..., list[str]]) -> None:
    """After the first minute there is a line a minute."""
    assert len(said(3000, seconds=10)) == 6 + 4


def test_a_short_read_says_nothing(said: Callable[..., list[str]]) -> None:
    """A read of less than ten seconds has no line of its own."""
    assert said(1000, seconds=0) == []


def test_a_lower_limit_spaces_the_requests() -> None:
    """Below Sequence's own limit, requests come evenly spaced, from both ends together."""
    with SequenceAPI(1000) as api:
        tap = TapSequence(
            config=settings(api, max_requests_per_minute=1200), message_writer=Collector()
        )
        tap.streams["customers"].sync()
    limiter: Any = tap.client.limit.limiter
    # When each was allowed: when it arrives is the machine's matter
    allowed = [item.timestamp for item in limiter.bucket_factory.bucket.items]
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
        limiter = TapSequence(config=settings(api)).client.limit.limiter
    passed = sum(bool(limiter.try_acquire(blocking=False)) for _ in range(1600))
    assert passed == 1500


def test_what_is_held_back_waits_as_long_as_it_is_meant_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request waits until the longest of the holds is over, and only the first hold is news."""
    clock = [100.0]
    monkeypatch.setattr(limit, "monotonic", lambda: clock[0])
    monkeypatch.setattr(limit, "sleep", lambda seconds: clock.append(clock.pop() + seconds))
    one = limit.Limit(limit.LIMIT)
    one.wait()
    assert clock == [100]
    assert [one.hold(30), one.hold(5), one.hold(40)] == [True, False, False]
    one.wait()
    assert clock == [140]
    one.wait()
    assert clock == [140]
    assert one.hold(1)


@pytest.mark.parametrize(
    ("header", "seconds"), [("", 1), ("0", 1), ("7", 7), ("-5", 1), ("100000", 300), ("soon", 1)]
)
def test_how_long_one_refusal_holds_all(header: str, seconds: int) -> None:
    """One 429 holds everything back for as long as it asks for, within reason."""
    assert PassingError("429", header, everywhere=True).wait == seconds
