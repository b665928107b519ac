"""Tasks in threads, side by side."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LANES = 3
"""Tasks that are worked on at once. At 200 ms a request, while one reads a list of a thousand pages
from both ends, two read as much of other lists; a fourth would only take more memory."""


def side_by_side(
    tasks: Sequence[Callable[[], None]], *, opened: Event, close: Callable[[], None]
) -> None:
    """Do tasks, several at a time, each in a thread; wait in the caller's until all are done.

    The caller's is the one that handles signals, and does nothing else. The standard library's pool
    of threads would keep the process at its end until hung requests time out.

    Args:
        tasks: The tasks, in the order in which they are begun.
        opened: Until this is set, one is done after the other.
        close: Called at the end, however that comes: what is under way has to end soon after it.

    Raises:
        BaseException: What the first task that failed has raised.
    """
    waiting = deque(tasks)
    ended: SimpleQueue[BaseException | None] = SimpleQueue()

    def work(lane: int) -> None:
        if lane:
            opened.wait()
        with suppress(IndexError):  # where none is waiting any more
            while True:
                error = _error_of(waiting.popleft())
                if error:
                    waiting.clear()
                ended.put(error)

    threads = [
        Thread(target=work, args=(lane,), daemon=True) for lane in range(min(LANES, len(tasks)))
    ]
    try:
        for thread in threads:
            thread.start()
        for _ in tasks:
            if error := ended.get():
                raise error
    finally:
        waiting.clear()
        opened.set()
        close()
        until = monotonic() + 1
        for thread in threads:
            if thread.is_alive():  # a signal can come before all are started
                thread.join(timeout=max(0, until - monotonic()))


def _error_of(task: Callable[[], None]) -> BaseException | None:
    try:
        task()
    except BaseException as error:  # noqa: BLE001  raised again by the caller
        return error
    return None
