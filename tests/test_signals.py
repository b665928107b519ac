"""Does a run that is stopped by a signal leave whole messages, and the next one the rest?"""

from __future__ import annotations

import os
import re
import select
import signal
from pathlib import Path
from threading import Semaphore
from typing import TYPE_CHECKING

import pytest

from standins.sequence_api import SequenceAPI, faults
from tests.support.accounts import ids, settings
from tests.support.catalogs import selecting
from tests.support.sync import sync
from tests.support.tap import Started, started
from tests.support.waits import PATIENCE, until

if TYPE_CHECKING:
    from tests.support.messages import Messages
    from tests.support.tap import Run

SIGNALS = [signal.SIGTERM, signal.SIGINT]

PROMPTLY = 15
"""Seconds; what the tap waits for when it is stopped would take four times as long."""

LONG_PAGES = [{"label": "x" * 4000}] * 500
"""Customers of which a pipe does not hold a page."""


def hang(api: SequenceAPI, after: int) -> Semaphore:
    """Have the API not answer any more after so many requests; count those that it leaves so."""
    hanging = Semaphore(0)
    api.fail(faults.before(hanging.release), None, skip=after)
    api.fail(faults.hang(4 * PROMPTLY), None, skip=after)
    return hanging


def stop(tap: Started, number: signal.Signals) -> Run:
    """Send a signal, see that it ends the run promptly, and return what that left behind."""
    tap.process.send_signal(number)
    tap.process.wait(PROMPTLY)
    return tap.ended()


def full(tap: Started) -> bool:
    """Tell whether the pipe takes no more, so that the tap waits amid a message."""
    end = os.open(f"/proc/self/fd/{tap.pipe.fileno()}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        return not select.select([], [end], [], 0)[1]
    finally:
        os.close(end)


def caught(tap: Started, number: signal.Signals) -> bool:
    """Tell whether the tap has a handler for a signal, as it has until the first one comes."""
    status = Path(f"/proc/{tap.process.pid}/status").read_text(encoding="utf-8")
    (mask,) = re.findall(r"^SigCgt:\s+(\w+)$", status, re.MULTILINE)
    return bool(int(mask, 16) >> number - 1 & 1)


def signal_amid_a_message(tap: Started, number: signal.Signals) -> None:
    """Send a signal while the target reads nothing, and wait until the tap has taken notice."""
    until(lambda: full(tap))
    tap.process.send_signal(number)
    until(lambda: not caught(tap, number))
    assert tap.process.poll() is None


def assert_stopped(ended: Run, number: signal.Signals) -> None:
    """Assert that a signal ended the run, and that it wrote whole messages, a state last."""
    assert ended.exit_code == 128 + number
    assert number.name in ended.warnings[-1]
    assert "Traceback" not in ended.stderr
    assert ended.stdout.endswith("\n")
    assert {one["type"] for one in ended.messages} <= {"SCHEMA", "RECORD", "STATE"}
    assert ended.messages[-1]["type"] == "STATE"


def keys(run: Messages) -> set[tuple[str, str]]:
    """Return the stream and id of each record."""
    return {(name, one["id"]) for name, records in run.by_stream.items() for one in records}


def assert_the_next_run_gets_the_rest(api: SequenceAPI, ended: Run) -> None:
    """Assert that what was stored and what the next run reads are all customers."""
    api.recover()
    rest = sync(api, state=ended.state)
    assert len(rest.ids) <= len(api.customers) - len(ended.stored) + 1000
    assert ended.stored | set(rest.ids) == ids(api)


@pytest.mark.parametrize(("number", "pages"), [(signal.SIGTERM, 9), (signal.SIGINT, 2)])
def test_a_stopped_run_is_carried_on(number: signal.Signals, pages: int, tmp_path: Path) -> None:
    """A signal on the way ends the run at once, its state is the last line, and nothing is lost."""
    with SequenceAPI(2500) as api:
        hang(api, pages)
        with started(settings(api), tmp_path) as tap:
            tap.read(pages, "STATE")
            ended = stop(tap, number)
        assert_stopped(ended, number)
        assert len(ended.stored) == len(ended.records) == pages * 100
        assert_the_next_run_gets_the_rest(api, ended)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_run_can_be_stopped_before_the_first_page(number: signal.Signals, tmp_path: Path) -> None:
    """A signal while the first answer is awaited ends the run, and the next one reads all."""
    with SequenceAPI(200) as api:
        hanging = hang(api, 0)
        with started(settings(api), tmp_path) as tap:
            assert hanging.acquire(timeout=PATIENCE)
            ended = stop(tap, number)
        assert_stopped(ended, number)
        assert_the_next_run_gets_the_rest(api, ended)


def test_a_run_can_be_stopped_while_both_ends_hang(tmp_path: Path) -> None:
    """A signal while neither end of the list answers ends the run promptly, and keeps its place."""
    with SequenceAPI(2500) as api:
        hanging = hang(api, 5)
        with started(settings(api), tmp_path) as tap:
            tap.read(5, "STATE")
            assert all(hanging.acquire(timeout=PATIENCE) for _ in range(2))
            ended = stop(tap, signal.SIGTERM)
        assert_stopped(ended, signal.SIGTERM)
        assert len(ended.records) == 500
        assert_the_next_run_gets_the_rest(api, ended)


def test_a_wait_ends_with_the_signal(tmp_path: Path) -> None:
    """A signal while the tap waits before another try does not wait for it to be over."""
    with SequenceAPI(300) as api:
        api.fail(faults.status(429, headers={"Retry-After": "120"}), None, skip=1)
        with started(settings(api), tmp_path) as tap:
            tap.read(1, "STATE")
            until(lambda: "before try 2" in tap.log.read_text())
            ended = stop(tap, signal.SIGTERM)
        assert_stopped(ended, signal.SIGTERM)
        assert len(ended.stored) == 100
        assert_the_next_run_gets_the_rest(api, ended)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_slow_target_gets_whole_messages(number: signal.Signals, tmp_path: Path) -> None:
    """A signal while the target reads nothing breaks no message, and ends the run when it does."""
    with SequenceAPI(LONG_PAGES) as api, started(settings(api), tmp_path) as tap:
        tap.read(150)
        signal_amid_a_message(tap, number)
        ended = tap.ended()
        assert_stopped(ended, number)
        assert len(ended.records) < 500
        assert_the_next_run_gets_the_rest(api, ended)


def test_a_slow_target_of_several_lists(tmp_path: Path) -> None:
    """A signal while several lists wait for the target lets none of them write after the state."""
    lists = ("customers", "invoices", "billing_schedules")
    with (
        SequenceAPI(300, rows={"invoices": 900, "billing_schedules": 900}) as api,
        started(settings(api), tmp_path, selecting(*lists)) as tap,
    ):
        tap.read(10)
        signal_amid_a_message(tap, signal.SIGTERM)
        ended = tap.ended()
        assert_stopped(ended, signal.SIGTERM)
        written = keys(ended)
        rest = sync(api, state=ended.state, streams=lists)
    assert len(written) < 2100
    assert written | keys(rest) == {(name, row.id) for name in lists for row in api[name].rows}


def test_a_slow_target_gets_a_state_once_more(tmp_path: Path) -> None:
    """A signal while a page waits for the target adds one state to the page's own."""
    with SequenceAPI(3000) as api, started(settings(api), tmp_path) as tap:
        tap.read(1)
        signal_amid_a_message(tap, signal.SIGTERM)
        ended = tap.ended()
        assert_stopped(ended, signal.SIGTERM)
        assert len(ended.states) == 2
        assert "unexpected" not in ended.stderr
        assert_the_next_run_gets_the_rest(api, ended)


@pytest.mark.parametrize(
    ("number", "second"),
    [
        (signal.SIGTERM, signal.SIGTERM),
        (signal.SIGINT, signal.SIGINT),
        (signal.SIGINT, signal.SIGTERM),
    ],
)
def test_a_second_signal_is_meant(
    number: signal.Signals, second: signal.Signals, tmp_path: Path
) -> None:
    """Where the target reads nothing, so that a signal has to wait, a second one does not."""
    with SequenceAPI(3000) as api, started(settings(api), tmp_path) as tap:
        tap.read(1)
        signal_amid_a_message(tap, number)
        tap.process.send_signal(second)
        assert tap.process.wait(PROMPTLY) in {-second, 128 + second}
