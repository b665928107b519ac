"""Is what is asked for side by side taken in order, with so much under way and no more?"""

from __future__ import annotations

from itertools import count
from threading import Event, Lock
from threading import enumerate as enumerate_threads
from typing import TYPE_CHECKING

import pytest

from tap_sequence.api.workers import AHEAD, WORKERS, Workers
from tap_sequence.errors import SequenceError
from tests.support.waits import PATIENCE, until

if TYPE_CHECKING:
    from collections.abc import Iterator


def doubled(task: int, _: Event) -> int:
    """Work that is over at once."""
    return 2 * task


def failing_at(number: int) -> Iterator[int]:
    """Yield tasks until there can be no more."""
    yield from range(number)
    raise SequenceError("no more tasks")


def test_results_come_in_the_order_of_the_tasks() -> None:
    """However long a task takes, its result comes after that of the task before it."""
    last = Event()

    def work(task: int, _: Event) -> int:
        if task == WORKERS - 1:
            last.set()
        assert last.wait(PATIENCE)  # the first ones end after the last one has begun
        return task

    assert list(Workers(work).results(range(10 * WORKERS))) == list(range(10 * WORKERS))


def test_no_more_than_so_many_at_once() -> None:
    """As many tasks are worked on at once as there are workers."""
    lock, under_way, most = Lock(), 0, 0

    def work(_: int, __: Event) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        until(lambda: most == WORKERS)
        with lock:
            under_way -= 1

    list(Workers(work).results(range(5 * WORKERS)))
    assert most == WORKERS


def test_no_more_than_so_many_ahead() -> None:
    """Results that are not taken keep further tasks from being begun, and from being made."""
    made = count()
    results = Workers(doubled).results(next(made) for _ in range(1000))
    for number in range(200):
        assert next(results) == 2 * number
    assert next(made) == 199 + AHEAD


def test_what_a_task_raises_is_raised_in_its_place() -> None:
    """The results before a task that fails are taken first, and none after it."""

    def work(task: int, _: Event) -> int:
        if task == 30:
            raise SequenceError("failed")
        return task

    taken: list[int] = []
    with pytest.raises(SequenceError, match="failed"):
        taken.extend(Workers(work).results(range(100)))
    assert taken == list(range(30))


@pytest.mark.parametrize("number", [0, 1, AHEAD - 1, AHEAD, AHEAD + 1, 100])
def test_what_the_tasks_raise_is_raised_at_their_end(number: int) -> None:
    """The results of all tasks that there were are taken before what ended them is raised."""
    taken: list[int] = []
    with pytest.raises(SequenceError, match="no more tasks"):
        taken.extend(Workers(doubled).results(failing_at(number)))
    assert taken == [2 * task for task in range(number)]


def test_nothing_is_left_behind() -> None:
    """Whoever takes no more results ends the threads, and tells those at work."""
    before = {*enumerate_threads()}
    told: list[Event] = []

    def work(task: int, closed: Event) -> int:
        told.append(closed)
        return task

    results = Workers(work).results(count())
    assert next(results) == 0
    assert len({*enumerate_threads()} - before) == WORKERS
    results.close()
    assert {*enumerate_threads()} <= before
    assert all(one.is_set() for one in told)


def test_a_request_that_hangs_does_not_keep_the_process() -> None:
    """A thread whose request hangs is left to end with the process."""
    hanging = Event()

    def work(task: int, _: Event) -> int:
        if task:
            hanging.wait(PATIENCE)
        return task

    results = Workers(work).results(range(3))
    try:
        assert next(results) == 0
        results.close()
        left = [thread for thread in enumerate_threads() if thread.name.endswith("(_run)")]
        assert left
        assert all(thread.daemon for thread in left)
    finally:
        hanging.set()
