"""Pages requested in the background, one for each end of a list, while others are handed on."""

from __future__ import annotations

from collections import defaultdict, deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Self

from tap_sequence.api.retries import PassingError, answer_to
from tap_sequence.pages import Position

if TYPE_CHECKING:
    from collections.abc import Callable
    from logging import Logger
    from types import TracebackType

    from tap_sequence.api.lists import Answer, ListEndpoint
    from tap_sequence.pages import Page


@dataclass(eq=False)
class Task:
    """A page to request.

    Attributes:
        position: Where in the list it begins.
        answer: What comes of it.
        ended: When that came, on the monotonic clock.
    """

    position: Position
    answer: Future[Answer] = field(default_factory=Future)
    ended: float = 0


class BackgroundRequests:
    """Requests pages in one thread for each order; waits and tries again in the caller's.

    While the caller waits before another try, nothing else is started: what slows one end slows
    both.

    Args:
        endpoint: The list.
        read: Turns an answer into a page.
        logger: What is told of each wait.

    Attributes:
        page_size: How many records a full page has.
        ahead: Orders whose thread goes on to the next page at once, rather than when the caller has
            taken the last one and started it: from thread to thread and back takes longer than all
            else between two requests. It stays one page ahead at the most.
    """

    def __init__(
        self, endpoint: ListEndpoint, read: Callable[[Answer], Page], logger: Logger
    ) -> None:
        """Start without threads."""
        self.page_size = endpoint.page_size
        self.ahead: set[str] = set()
        self._endpoint = endpoint
        self._read = read
        self._logger = logger
        self._workers: dict[str, tuple[Thread, SimpleQueue[Task | None]]] = {}
        self._under_way: defaultdict[str, deque[Task]] = defaultdict(deque)
        self._dropped: set[str] = set()
        self._failed_at = 0.0
        self._closed = Event()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the threads; one whose request hangs is left to end with the process."""
        self._closed.set()
        for _, tasks in self._workers.values():
            tasks.put(None)
        for thread, _ in self._workers.values():
            thread.join(timeout=1)

    def start(self, position: Position) -> None:
        """Request a page, as soon as the limit of requests allows it, without waiting for it.

        Args:
            position: Where it begins. No other page of its order may be under way.
        """
        if position.order not in self._workers:
            tasks: SimpleQueue[Task | None] = SimpleQueue()
            thread = Thread(target=self._work, args=(tasks,), daemon=True)
            self._workers[position.order] = thread, tasks
            thread.start()
        task = Task(position)
        self._under_way[position.order].append(task)
        self._workers[position.order][1].put(task)

    def first(self) -> str:
        """Wait for the first page that is there, of those under way.

        Returns:
            Its order.
        """
        next_ones = {self._under_way[order][0].answer: order for order in self.under_way()}
        return next_ones[next(iter(wait(next_ones, return_when=FIRST_COMPLETED).done))]

    def take(self, order: str) -> Page:
        """Take the page of an order that is under way, once it is there.

        Raises:
            RefusedError: If Sequence refuses the request.
            SequenceError: If there is no answer after all tries, or the answer is not a page.
        """
        position = self._under_way[order][0].position
        answer = answer_to(partial(self._settle, position), self._logger, lambda: self._failed_at)
        # Here, not in the thread, which meanwhile is at the next request
        return self._read(answer)

    def drop(self, order: str) -> None:
        """Forget the pages of an order that are under way, for good."""
        self._dropped.add(order)

    def under_way(self) -> set[str]:
        """Tell the orders of which a page has been requested and not been taken."""
        return {order for order, tasks in self._under_way.items() if tasks} - self._dropped

    def _settle(self, position: Position) -> Answer:
        under_way = self._under_way[position.order]
        if not under_way:
            self.start(position)
        task = under_way[0]
        try:
            return task.answer.result()
        except PassingError:
            self.ahead.clear()
            self._failed_at = task.ended
            raise
        finally:
            under_way.popleft()

    def _work(self, tasks: SimpleQueue[Task | None]) -> None:
        while task := tasks.get():
            going_on: Task | None = task
            while going_on:
                going_on = self._answer(going_on)

    def _answer(self, task: Task) -> Task | None:
        """Request a page; return the one after it, if that is to be requested at once."""
        order = task.position.order
        following = None
        self._endpoint.client.limit.wait()
        if self._closed.is_set():
            return None
        try:
            answer = self._endpoint.fetch(task.position)
        except BaseException as error:  # noqa: BLE001  raised again where the page is taken
            task.ended = monotonic()
            task.answer.set_exception(error)
            return None
        under_way = self._under_way[order]
        if order in self.ahead and answer.after and under_way[0] is task:
            following = Task(Position(order, answer.after))
            under_way.append(following)  # before this page is there to be taken
        task.answer.set_result(answer)
        return following
