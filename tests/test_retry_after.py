"""Does the tap wait as long as it is asked to?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.api import ahead
from tap_sequence.errors import SequenceError
from tests.support.accounts import ids, settings
from tests.support.answers import ORDERS, fail_at_end, first_tries, later_pages
from tests.support.sync import sync
from tests.support.tap import run
from tests.support.waits import PATIENCE

if TYPE_CHECKING:
    from standins.sequence_api.faults import Fault

LONGEST_JITTER = 2.5


def slow_down(retry_after: str | None) -> Fault:
    """Answer that there were too many requests."""
    return faults.status(429, headers={} if retry_after is None else {"Retry-After": retry_after})


def test_waits_the_seconds_that_retry_after_asks_for() -> None:
    """A 429 makes the tap wait the seconds of its Retry-After, and every customer arrives."""
    with SequenceAPI(150) as api:
        api.fail(slow_down("42"))
        ended = run(config=settings(api))
        assert ended.exit_code == 0
        assert [42 <= wait <= 42 + LONGEST_JITTER for wait in ended.waits] == [True]
        assert "429 Too Many Requests" in ended.warnings[0]
        assert sorted(ended.ids) == sorted(ids(api))


def test_waits_until_the_date_that_retry_after_names() -> None:
    """A 429 makes the tap wait until the HTTP date of its Retry-After."""
    with SequenceAPI(150) as api:
        until = datetime.now(UTC) + timedelta(seconds=200)
        api.fail(slow_down(format_datetime(until, usegmt=True)))
        ended = run(config=settings(api))
        (wait,) = ended.waits
        assert ended.exit_code == 0
        assert 150 < wait <= 200 + LONGEST_JITTER
        assert len(ended.records) == 150


def test_waits_no_longer_than_its_longest_wait() -> None:
    """A Retry-After of a month makes the tap wait its longest wait, and say so."""
    with SequenceAPI(150) as api:
        api.fail(slow_down("2592000"))
        ended = run(config=settings(api))
        (wait,) = ended.waits
        assert ended.exit_code == 0
        assert 300 <= wait <= 300 + LONGEST_JITTER
        assert "2592000" in ended.warnings[0]
        assert "300" in ended.warnings[0]
        assert len(ended.records) == 150


def test_waits_without_retry_after() -> None:
    """Several 429 in a row that ask for no wait get longer and longer ones."""
    with SequenceAPI(150) as api:
        api.fail(slow_down(None), times=5)
        ended = run(config=settings(api))
        assert ended.exit_code == 0
        assert [wait >= 2**tries for tries, wait in enumerate(ended.waits)] == [True] * 5
        assert len(ended.records) == 150


@pytest.mark.parametrize(
    "asked",
    ["0", "-5", "-inf", "nan", "soon", "", " ", "1e", "Thu, 01 Jan 1970 00:00:00 GMT", "GMT"],
)
def test_a_retry_after_that_asks_for_nothing_is_none(asked: str, waits: list[float]) -> None:
    """A Retry-After in the past, or without sense, counts as none."""
    with SequenceAPI(30) as api:
        api.fail(slow_down(asked))
        assert len(sync(api).ids) == 30
        assert [1 <= wait <= 1 + LONGEST_JITTER for wait in waits] == [True]


@pytest.mark.parametrize("asked", ["301", "1e9", "inf", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_an_absurd_retry_after_is_capped(
    asked: str, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    """A Retry-After past the longest wait is cut to it, with a line in the log."""
    with SequenceAPI(30) as api:
        api.fail(slow_down(asked))
        assert len(sync(api).ids) == 30
        assert [300 <= wait <= 300 + LONGEST_JITTER for wait in waits] == [True]
        assert sum("waiting 300 s" in line for line in caplog.messages) == 1


@pytest.mark.parametrize(
    "asked",
    ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 01 Jan 2035 00:00:00 +" + "9" * 30],
)
def test_a_date_beyond_all_calendars_is_none(asked: str, waits: list[float]) -> None:
    """A Retry-After with a date that no calendar has counts as none."""
    with SequenceAPI(30) as api:
        api.fail(slow_down(asked))
        assert len(sync(api).ids) == 30
        assert len(waits) == 1


def test_waits_until_a_date_in_the_oldest_form(waits: list[float]) -> None:
    """A Retry-After in the form of asctime, the third that HTTP allows, is a date in UTC."""
    until = datetime.now(UTC) + timedelta(seconds=200)
    with SequenceAPI(30) as api:
        api.fail(slow_down(f"{until:%a %b %e %H:%M:%S %Y}"))
        assert len(sync(api).ids) == 30
        assert [150 < wait <= 200 + LONGEST_JITTER for wait in waits] == [True]


def test_jitter_is_only_added(waits: list[float]) -> None:
    """However often it is drawn, no jitter makes a wait shorter than what was asked for."""
    with SequenceAPI(80) as api:
        api.fail(slow_down("9"), None, first_tries(4))
        assert len(sync(api, page_size=10).ids) == 80
        assert len(waits) == 8 * 4
        assert min(waits) >= 9
        assert max(waits) <= 9 + LONGEST_JITTER
        assert len(set(waits)) > 1


def test_another_overload_asks_for_a_wait_too(waits: list[float]) -> None:
    """The Retry-After of a 503 is heard as that of a 429."""
    with SequenceAPI(30) as api:
        api.fail(faults.status(503, headers={"Retry-After": "77"}))
        assert len(sync(api).ids) == 30
        assert [77 <= wait <= 77 + LONGEST_JITTER for wait in waits] == [True]


@pytest.mark.parametrize("order", ORDERS)
def test_each_end_of_a_long_list_waits(order: str) -> None:
    """A 429 at either end of a list that is read from both makes the tap wait and go on."""
    with SequenceAPI(1500) as api:
        fail_at_end(api, order, slow_down("20"), 2, skip=3)
        ended = run(config=settings(api))
        assert ended.exit_code == 0
        assert [20 <= wait <= 20 + LONGEST_JITTER for wait in ended.waits] == [True, True]
        assert sorted(ended.ids) == sorted(ids(api))


def test_an_outage_with_long_waits_fails_within_the_hour(waits: list[float]) -> None:
    """An API that asks for its longest wait again and again is given up within an hour."""
    with SequenceAPI(30) as api:
        api.fail(slow_down("100000"), None)
        with pytest.raises(SequenceError, match=r"429 Too Many Requests.*tries"):
            sync(api)
        assert 120 < sum(waits) < 3600


def test_one_refusal_that_meets_both_ends_is_waited_for_once(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the API asks both ends to wait at the same moment, the second wait is over by then."""
    failed = Barrier(2)  # the two ends

    def failing_now() -> float:
        moment = sum(waits)
        failed.wait(PATIENCE)
        return moment

    monkeypatch.setattr(ahead, "monotonic", failing_now)
    with SequenceAPI(300) as api:
        for order in ORDERS:
            api.fail(slow_down("30"), 1, later_pages(order), skip=3)
        assert sorted(sync(api, page_size=10).ids) == sorted(ids(api))
    assert 30 <= sum(waits) <= 30 + 2 * LONGEST_JITTER
