"""Are several lists read at once, and is every state true for all of them?"""

from __future__ import annotations

import signal
from concurrent.futures import CancelledError
from contextlib import suppress
from functools import partial
from itertools import count
from threading import Event, Thread
from threading import enumerate as threads
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from singer_sdk.singerlib import StateMessage

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tap_sequence.singer.lanes import LANES, side_by_side
from tap_sequence.singer.writer import MessageWriter
from tests.support import accounts
from tests.support.answers import FAULTS
from tests.support.catalogs import selecting
from tests.support.interruptions import Killed
from tests.support.sync import Synced, sync
from tests.support.tap import started
from tests.support.waits import over_at_once, until

if TYPE_CHECKING:
    from pathlib import Path

LISTS = ("customers", "customer_aliases", "invoices", "prices", "products")
"""Lists of each kind: newest first, in full, changed in order, changed in no order."""


def keys(api: SequenceAPI) -> set[tuple[str, str]]:
    """Return the stream and id of each row that there is."""
    return {(name, row.id) for name in LISTS for row in api[name].rows}


def load(target: set[tuple[str, str]], synced: Synced) -> dict[str, Any]:
    """Store what a run's last state confirms, and return that state."""
    messages = synced.messages
    last = max((n for n, one in enumerate(messages) if one["type"] == "STATE"), default=0)
    target |= {
        (one["stream"], one["record"]["id"]) for one in messages[:last] if one["type"] == "RECORD"
    }
    return synced.state


def test_several_lists_are_asked_for_at_once(tmp_path: Path) -> None:
    """Once there has been an answer, several lists are waited for at a time, and no more."""
    with SequenceAPI(3) as api:
        api.fail(faults.hang(60), None, skip=1)
        with started(accounts.settings(api), tmp_path, selecting(*LISTS)) as tap:
            until(lambda: len(api.requests) > LANES)
            tap.process.send_signal(signal.SIGTERM)
            ended = tap.ended()
    assert ended.exit_code == 128 + signal.SIGTERM
    assert len({request.path for request in api.requests}) == 1 + LANES


def test_a_stopped_run_of_several_lists(tmp_path: Path) -> None:
    """A signal while several lists are read leaves whole messages, and a state that is true."""
    target: set[tuple[str, str]] = set()
    with SequenceAPI(300, rows={"invoices": 2000}) as api:
        api.fail(faults.hang(60), None, skip=15)
        with started(accounts.settings(api), tmp_path, selecting(*LISTS)) as tap:
            tap.read(6, "STATE")
            tap.process.send_signal(signal.SIGTERM)
            ended = tap.ended()
        assert ended.exit_code == 128 + signal.SIGTERM
        assert ended.messages[-1]["type"] == "STATE"
        state = load(target, Synced(ended.messages))
        api.recover()
        load(target, sync(api, state=state, streams=LISTS))
        assert target == keys(api)


runs = st.fixed_dictionaries(
    {
        "faults": st.dictionaries(
            st.integers(0, 40), st.sampled_from([*FAULTS, faults.status(401)]), max_size=3
        ),
        "killed": st.none() | st.integers(0, 150),
    }
)


@settings(max_examples=60)
@given(
    rows=st.fixed_dictionaries(dict.fromkeys(LISTS, st.integers(0, 30))),
    page_size=st.integers(1, 6),
    runs=st.lists(runs, max_size=3),
)
def test_every_state_is_true_for_all_lists(
    rows: dict[str, int], page_size: int, runs: list[dict[str, Any]]
) -> None:
    """Wherever runs of several lists end, and whatever fails, no state loses anything."""
    target: set[tuple[str, str]] = set()
    state: dict[str, Any] = {}
    customers = rows.pop("customers")
    with SequenceAPI(customers, rows=rows) as api, over_at_once():
        for run in [*runs, {"faults": {}, "killed": None}]:
            for number, fault in run["faults"].items():
                api.fail(fault, 1, skip=number)
            synced = Synced()

            def see(_: dict[str, Any], synced: Synced = synced, last: Any = run["killed"]) -> None:
                if len(synced.messages) == last:
                    raise Killed

            with suppress(Killed, SequenceError):
                sync(api, state=state, streams=LISTS, see=see, into=synced, page_size=page_size)
            state = load(target, synced) or state
            api.recover()
        assert target == keys(api)


def test_what_fails_ends_the_rest() -> None:
    """Once a task has failed nothing more is begun, and what it raised is raised."""
    opened = Event()
    opened.set()
    begun: list[int] = []
    closed: list[bool] = []

    def task(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        side_by_side(
            [partial(task, number) for number in range(1000)],
            opened=opened,
            close=lambda: closed.append(True),
        )
    assert len(begun) < 1000
    assert closed == [True]


def test_a_signal_while_threads_are_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends the run before all threads are started is raised as it is."""
    starting = count()
    start = Thread.start

    def started_but_once(thread: Thread) -> None:
        if next(starting):
            raise Killed
        start(thread)

    monkeypatch.setattr(Thread, "start", started_but_once)
    with pytest.raises(Killed):
        side_by_side([lambda: None] * 3, opened=Event(), close=lambda: None)


def test_no_thread_is_left() -> None:
    """Where all tasks are done one after the other, the threads that were not needed end, too."""
    before = set(threads())
    done: list[int] = []
    tasks = [partial(done.append, number) for number in range(9)]
    side_by_side(tasks, opened=Event(), close=lambda: None)
    assert done == [*range(9)]
    assert set(threads()) <= before


def test_long_lists_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers and the other lists that grow for ever are begun first."""
    monkeypatch.setattr("tap_sequence.singer.lanes.LANES", 1)
    with SequenceAPI(3) as api:
        sync(api, streams=None)
        begun = list(dict.fromkeys(request.path for request in api.requests))
    assert begun[:2] == ["/api/customers", "/api/invoices"]
    assert set(begun[2:5]) == {"/api/billing-schedules", "/api/credit-notes", "/api/quotes"}


def test_nothing_is_written_after_the_end() -> None:
    """What a thread that goes on after the end of a run would write is not written."""
    writer = MessageWriter()
    writer.close()
    with pytest.raises(CancelledError):
        writer.write_message(StateMessage({}))
    with pytest.raises(CancelledError), writer.turn():
        pass
