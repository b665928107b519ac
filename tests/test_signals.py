"""Does a run that is stopped by a signal leave whole messages, and the next one the rest?"""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import SequenceAPI, faults
from tests.support.accounts import ids, settings
from tests.support.sync import sync
from tests.support.tap import Run, Started, started

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

SIGNALS = [signal.SIGTERM, signal.SIGINT]

PROMPTLY = 5
"""Seconds."""

LONG_PAGES = [{"label": "x" * 4000}] * 500
"""Customers of which a pipe does not hold a page."""


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., AbstractContextManager[Started]]:
    """Return what starts the tap, with a target that reads all the time or with a pipe."""

    def start(
        api: SequenceAPI, *, pipe: bool = False, **config: Any
    ) -> AbstractContextManager[Started]:
        return started(settings(api, **config), tmp_path, pipe=pipe)

    return start


def stop(tap: Started, number: signal.Signals) -> Run:
    """Send a signal, see that it ends the run promptly, and return what that left behind."""
    tap.process.send_signal(number)
    tap.process.wait(PROMPTLY)
    return tap.ended()


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    given_up = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < given_up
        time.sleep(0.01)


def until_stuck(api: SequenceAPI) -> None:
    """Wait until the tap has read ahead as far as it does while its target reads nothing."""
    until(lambda: bool(api.requests))
    until(lambda: time.monotonic() - api.requests[-1].time > 0.7)


def assert_whole(ended: Run) -> None:
    """Assert that every line is a message, the last one too."""
    assert ended.stdout.endswith("\n")
    assert {one["type"] for one in ended.messages} <= {"SCHEMA", "RECORD", "STATE"}


def assert_the_next_run_gets_the_rest(api: SequenceAPI, ended: Run) -> None:
    """Assert that what was stored and what the next run reads are all customers."""
    api.latency = 0
    api.recover()
    rest = sync(api, state=ended.state)
    assert len(rest.ids) <= len(api.customers) - len(ended.stored) + 1000
    assert ended.stored | set(rest.ids) == ids(api)


@pytest.mark.parametrize(("number", "pages"), [(signal.SIGTERM, 9), (signal.SIGINT, 2)])
def test_a_stopped_run_is_carried_on(
    number: signal.Signals, pages: int, start: Callable[..., Any]
) -> None:
    """A signal on the way ends the run at once, its state is the last line, and nothing is lost."""
    with SequenceAPI(2500, latency=0.3) as api, start(api) as tap:
        until(lambda: len(api.requests) > pages)
        time.sleep(0.15)  # the tap hands on what came before
        ended = stop(tap, number)
        assert ended.exit_code == 128 + number
        assert_whole(ended)
        assert ended.messages[-1]["type"] == "STATE"
        assert 0 < len(ended.records) < 2500
        assert number.name in ended.warnings[-1]
        assert "Traceback" not in ended.stderr
        assert ended.stored
        assert_the_next_run_gets_the_rest(api, ended)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_run_can_be_stopped_before_the_first_page(
    number: signal.Signals, start: Callable[..., Any]
) -> None:
    """A signal while the first answer is awaited ends the run, and the next one reads all."""
    with SequenceAPI(200) as api, start(api) as tap:
        api.fail(faults.hang(60), None)
        until(lambda: bool(api.requests))
        ended = stop(tap, number)
        assert ended.exit_code == 128 + number
        assert_whole(ended)
        assert ended.messages[-1]["type"] == "STATE"
        assert_the_next_run_gets_the_rest(api, ended)


def test_a_run_can_be_stopped_while_both_ends_hang(start: Callable[..., Any]) -> None:
    """A signal while neither end of the list answers ends the run promptly, and keeps its place."""
    with SequenceAPI(2500) as api, start(api) as tap:
        api.fail(faults.hang(60), None, skip=5)
        until(lambda: sum(one.status is None for one in api.requests) == 2)
        ended = stop(tap, signal.SIGTERM)
        assert ended.exit_code == 128 + signal.SIGTERM
        assert_whole(ended)
        assert ended.messages[-1]["type"] == "STATE"
        assert len(ended.records) >= 300
        assert_the_next_run_gets_the_rest(api, ended)


def test_a_wait_ends_with_the_signal(start: Callable[..., Any]) -> None:
    """A signal while the tap waits before another try does not wait for it to be over."""
    with SequenceAPI(300) as api, start(api) as tap:
        api.fail(faults.status(429, headers={"Retry-After": "120"}), None, skip=1)
        until(lambda: "before try 2" in tap.log.read_text())
        ended = stop(tap, signal.SIGTERM)
        assert ended.exit_code == 128 + signal.SIGTERM
        assert_whole(ended)
        assert ended.messages[-1]["type"] == "STATE"
        assert len(ended.stored) == 100
        assert_the_next_run_gets_the_rest(api, ended)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_slow_target_gets_whole_messages(
    number: signal.Signals, start: Callable[..., Any]
) -> None:
    """A signal while the target reads nothing breaks no message, and ends the run when it does."""
    with SequenceAPI(LONG_PAGES) as api, start(api, pipe=True) as tap:
        first = tap.read(150)
        until_stuck(api)
        tap.process.send_signal(number)
        time.sleep(0.2)
        assert tap.process.poll() is None
        rest = tap.read()
        ended = tap.ended(first + rest)
        assert ended.exit_code == 128 + number
        assert_whole(ended)
        assert ended.messages[-1]["type"] == "STATE"
        assert len(ended.records) < 500
        assert_the_next_run_gets_the_rest(api, ended)


def test_a_slow_target_gets_a_state_once_more(start: Callable[..., Any]) -> None:
    """A signal while a page waits for the target adds one state to the page's own."""
    with SequenceAPI(3000) as api, start(api, pipe=True) as tap:
        first = tap.read(1)
        until_stuck(api)
        tap.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        rest = tap.read()
        ended = tap.ended(first + rest)
        assert ended.exit_code == 128 + signal.SIGTERM
        assert len(ended.states) == 2
        assert "unexpected" not in ended.stderr
        assert_the_next_run_gets_the_rest(api, ended)


@pytest.mark.parametrize(
    ("number", "second"),
    [
        (signal.SIGTERM, signal.SIGTERM),
        (signal.SIGINT, signal.SIGINT),
        pytest.param(
            signal.SIGINT,
            signal.SIGTERM,
        ),
    ],
)
def test_a_second_signal_is_meant(
    number: signal.Signals, second: signal.Signals, start: Callable[..., Any]
) -> None:
    """Where the target reads nothing, so that a signal has to wait, a second one does not."""
    with SequenceAPI(3000) as api, start(api, pipe=True) as tap:
        tap.read(1)
        until_stuck(api)
        tap.process.send_signal(number)
        time.sleep(0.2)
        assert tap.process.poll() is None
        tap.process.send_signal(second)
        try:
            tap.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            tap.process.kill()
        assert tap.process.returncode in {-second, 128 + second}
