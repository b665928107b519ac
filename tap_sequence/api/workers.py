"""Requests that are made side by side, their answers taken in order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

from tap_sequence.errors import SequenceError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

WORKERS = 20
"""Requests under way at once: at half a second each, these are the 1,500 in a minute that Sequence
allows, and half as many again."""

AHEAD = 2 * WORKERS
"""Tasks whose results are not taken yet, at most: they wait in memory for one that takes longer."""

Task = TypeVar("Task")
Result = TypeVar("Result")


class Workers(Generic[Task, Result]):
    """Threads that work on tasks side by side.

    Those of the standard library would keep the process at its end until hung requests time out.

    Args:
        work: What is done for a task. It is given an event too, which is set once no result is
            wanted any more.
    """

    def __init__(self, work: Callable[[Task, Event], Result]) -> None:
        """Start without threads."""
        self._work = work
        self._tasks: SimpleQueue[tuple[Task, Future[Result]] | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._closed = Event()

    def results(self, tasks: Iterable[Task]) -> Generator[Result]:
        """Work on tasks, some ahead of the one whose result is taken.

        Args:
            tasks: The tasks. A SequenceError among them is raised once the results of those before
                it have been taken.

        Yields:
            Their results, in the order of the tasks.

        Raises:
            BaseException: What the work on a task raised, in its result's place.
        """
        try:
            under_way: deque[Future[Result]] = deque()
            for result in self._started(tasks):
                under_way.append(result)
                if len(under_way) >= AHEAD:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            self._close()

    def _started(self, tasks: Iterable[Task]) -> Iterator[Future[Result]]:
        """Start tasks; what keeps there from being more is the last one's result."""
        try:
            for task in tasks:
                yield self._start(task)
        except SequenceError as error:
            failed: Future[Result] = Future()
            failed.set_exception(error)
            yield failed

    def _start(self, task: Task) -> Future[Result]:
        if len(self._threads) < WORKERS:
            self._threads.append(Thread(target=self._run, daemon=True))
            self._threads[-1].start()
        result: Future[Result] = Future()
        self._tasks.put((task, result))
        return result

    def _run(self) -> None:
        while (given := self._tasks.get()) and not self._closed.is_set():
            task, result = given
            try:
                result.set_result(self._work(task, self._closed))
            except BaseException as error:  # noqa: BLE001  raised again where the result is taken
                result.set_exception(error)

    def _close(self) -> None:
        """End the threads; those whose requests hang are left to end with the process."""
        self._closed.set()
        for _ in self._threads:
            self._tasks.put(None)
        until = monotonic() + 1
        for thread in self._threads:
            thread.join(timeout=max(0, until - monotonic()))
