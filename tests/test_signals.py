"""Does a run that is stopped by a signal leave whole messages, and the next one the rest?"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import pytest

from standins.sequence_api import SequenceAPI, faults
from tests.sync import sync
from tests.tap import ROOT, Run, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SIGNALS = [signal.SIGTERM, signal.SIGINT]
PROMPTLY = 5
"""Seconds."""

LONG_PAGES = [{"label": "x" * 4000}] * 500
"""Customers of which a pipe does not hold a page."""


@dataclass
class Running:
    """A run of the tap under way.

    Attributes:
        process: The process itself.
        stdout: Where its messages go, for one whose target reads all the time.
        stderr: Its log.
    """

    process: subprocess.Popen[bytes]
    stdout: Path
    stderr: Path

    def stop(self, number: signal.Signals) -> float:
        """Send a signal; return the seconds that the process took to end."""
        sent = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=30)
        return time.monotonic() - sent

    def ended(self, rest: bytes | None = None) -> Run:
        """Return what it left behind, in a file or as what was read from a pipe."""
        written = self.stdout.read_bytes() if rest is None else rest
        return Run(self.process.returncode, written.decode(), self.stderr.read_text())


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Any]:
    """Return what starts the tap, with a target that reads all the time or with a pipe."""

    @contextmanager
    def start(api: SequenceAPI, *, pipe: bool = False, **config: Any) -> Iterator[Running]:
        file, stdout, stderr = (tmp_path / name for name in ("config", "stdout", "stderr"))
        file.write_text(json.dumps(settings(api, **config)))
        with stdout.open("wb") as out, stderr.open("wb") as err:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "tap_sequence", "--config", str(file)],
                cwd=ROOT,
                stdout=subprocess.PIPE if pipe else out,
                stderr=err,
            )
        try:
            with process:
                yield Running(process, stdout, stderr)
        finally:
            process.kill()

    return start


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


def read(pipe: IO[bytes] | None, lines: int) -> bytes:
    """Read some lines from a pipe, and not a byte more."""
    assert pipe
    return b"".join(pipe.readline() for _ in range(lines))


def read_on(pipe: IO[bytes] | None) -> bytes:
    """Read a pipe to its end."""
    assert pipe
    return pipe.read()


def stored(ended: Run) -> set[str]:
    """Return the ids that a target has stored once it confirms the last state."""
    last = max(n for n, one in enumerate(ended.messages) if one["type"] == "STATE")
    return {one["record"]["id"] for one in ended.messages[:last] if one["type"] == "RECORD"}


def assert_whole(ended: Run) -> None:
    """Assert that every line is a message, the last one too."""
    assert ended.stdout.endswith("\n")
    assert {one["type"] for one in ended.messages} <= {"SCHEMA", "RECORD", "STATE"}


def assert_the_next_run_gets_the_rest(api: SequenceAPI, ended: Run) -> None:
    """Assert that what was stored and what the next run reads are all customers."""
    api.latency = 0
    api.recover()
    rest = sync(api, state=ended.state)
    assert len(rest.ids) <= len(api.customers) - len(stored(ended)) + 1000
    assert stored(ended) | set(rest.ids) == {customer.id for customer in api.customers}


@pytest.mark.parametrize(("number", "pages"), [(signal.SIGTERM, 9), (signal.SIGINT, 2)])
def test_a_stopped_run_is_carried_on(
    number: signal.Signals, pages: int, start: Callable[..., Any]
) -> None:
    """A signal on the way ends the run at once, its state is the last line, and nothing is lost."""
    with SequenceAPI(2500, latency=0.3) as api, start(api) as tap:
        until(lambda: len(api.requests) > pages)
        time.sleep(0.15)  # the tap hands on what came before
        assert tap.stop(number) < PROMPTLY
        ended = tap.ended()
        assert ended.exit_code == 128 + number
        assert_whole(ended)
        assert ended.messages[-1]["type"] == "STATE"
        assert 0 < len(ended.records) < 2500
        assert number.name in ended.warnings[-1]
        assert "Traceback" not in ended.stderr
        assert stored(ended)
        assert_the_next_run_gets_the_rest(api, ended)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_run_can_be_stopped_before_the_first_page(
    number: signal.Signals, start: Callable[..., Any]
) -> None:
    """A signal while the first answer is awaited ends the run, and the next one reads all."""
    with SequenceAPI(200) as api, start(api) as tap:
        api.fail(faults.hang(60), None)
        until(lambda: bool(api.requests))
        assert tap.stop(number) < PROMPTLY
        ended = tap.ended()
        assert ended.exit_code == 128 + number
        assert_whole(ended)
        assert ended.messages[-1]["type"] == "STATE"
        assert_the_next_run_gets_the_rest(api, ended)


def test_a_run_can_be_stopped_while_both_ends_hang(start: Callable[..., Any]) -> None:
    """A signal while neither end of the list answers ends the run promptly, and keeps its place."""
    with SequenceAPI(2500) as api, start(api) as tap:
        api.fail(faults.hang(60), None, skip=5)
        until(lambda: sum(one.status is None for one in api.requests) == 2)
        assert tap.stop(signal.SIGTERM) < PROMPTLY
        ended = tap.ended()
        assert ended.exit_code == 128 + signal.SIGTERM
        assert_whole(ended)
        assert ended.messages[-1]["type"] == "STATE"
        assert len(ended.records) >= 300
        assert_the_next_run_gets_the_rest(api, ended)


def test_a_wait_ends_with_the_signal(start: Callable[..., Any]) -> None:
    """A signal while the tap waits before another try does not wait for it to be over."""
    with SequenceAPI(300) as api, start(api) as tap:
        api.fail(faults.status(429, headers={"Retry-After": "120"}), None, skip=1)
        until(lambda: "before try 2" in tap.stderr.read_text())
        assert tap.stop(signal.SIGTERM) < PROMPTLY
        ended = tap.ended()
        assert ended.exit_code == 128 + signal.SIGTERM
        assert_whole(ended)
        assert ended.messages[-1]["type"] == "STATE"
        assert len(stored(ended)) == 100
        assert_the_next_run_gets_the_rest(api, ended)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_slow_target_gets_whole_messages(
    number: signal.Signals, start: Callable[..., Any]
) -> None:
    """A signal while the target reads nothing breaks no message, and ends the run when it does."""
    with SequenceAPI(LONG_PAGES) as api, start(api, pipe=True) as tap:
        first = read(tap.process.stdout, 150)
        until_stuck(api)
        tap.process.send_signal(number)
        time.sleep(0.2)
        assert tap.process.poll() is None
        rest = read_on(tap.process.stdout)
        tap.process.wait(timeout=30)
        ended = tap.ended(first + rest)
        assert ended.exit_code == 128 + number
        assert_whole(ended)
        assert ended.messages[-1]["type"] == "STATE"
        assert len(ended.records) < 500
        assert_the_next_run_gets_the_rest(api, ended)


def test_a_slow_target_gets_a_state_once_more(start: Callable[..., Any]) -> None:
    """A signal while a page waits for the target adds one state to the page's own."""
    with SequenceAPI(3000) as api, start(api, pipe=True) as tap:
        first = read(tap.process.stdout, 1)
        until_stuck(api)
        tap.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        rest = read_on(tap.process.stdout)
        tap.process.wait(timeout=30)
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
        read(tap.process.stdout, 1)
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
