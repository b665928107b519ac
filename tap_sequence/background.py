"""Pages requested in the background, one for each end of the list, while others are handed on."""

from __future__ import annotations

from collections import defaultdict, deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Self

from singer_sdk.exceptions import RetriableAPIError

from tap_sequence.client import TRIES, Answer
from tap_sequence.errors import RefusedError, SequenceError
from tap_sequence.pagination import Position

if TYPE_CHECKING:
    from types import TracebackType

    from tap_sequence.client import SequenceClient
    from tap_sequence.pagination import Page

Task = tuple[Position, Future[Answer]]


class BackgroundRequests:
    """Requests pages in one thread for each order; waits and tries again in the caller's.

    While the caller waits before another try, nothing else is started: what slows one end slows
    both.

    Args:
        client: What makes one request.

    Attributes:
        page_size: How many records a full page has.
        ahead: Orders whose thread goes on to the next page at once, rather than when the caller has
            taken the last one and started it: from thread to thread and back takes longer than all
            else between two requests. It stays one page ahead at the most.
    """

    def __init__(self, client: SequenceClient) -> None:
        """Start without threads."""
        self.page_size: int = client.config["page_size"]
        self.ahead: set[str] = set()
        self._client = client
        self._workers: dict[str, tuple[Thread, SimpleQueue[Task | None]]] = {}
        self._under_way: defaultdict[str, deque[Task]] = defaultdict(deque)

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
        self.ahead.clear()
        for _, tasks in self._workers.values():
            tasks.put(None)
        for thread, _ in self._workers.values():
            thread.join(timeout=1)

    def start(self, position: Position) -> None:
        """Request a page, as soon as the limit of requests allows it, without waiting for it.

        Args:
            position: Where it begins. No other page of its order may be under way.
        """
        self._client.request_limit.try_acquire()
        if position.order not in self._workers:
            tasks: SimpleQueue[Task | None] = SimpleQueue()
            thread = Thread(target=self._work, args=(tasks,), daemon=True)
            self._workers[position.order] = thread, tasks
            thread.start()
        task = position, Future[Answer]()
        self._under_way[position.order].append(task)
        self._workers[position.order][1].put(task)

    def take(self) -> tuple[Position, Page]:
        """Wait for the first page that is there, of those under way.

        Returns:
            The page, and its position.

        Raises:
            RefusedError: If Sequence refuses the request.
            SequenceError: If there is no answer after all tries, or the answer is not a page.
        """
        next_ones = [tasks[0] for tasks in self._under_way.values() if tasks]
        first = wait([answer for _, answer in next_ones], return_when=FIRST_COMPLETED)
        position = next(position for position, answer in next_ones if answer in first.done)
        started = monotonic()
        try:
            answer = self._client.request_decorator(self._settle)(position)
            # Here, not in the thread, which meanwhile is at the next request
            return position, self._client.page(answer)
        except RefusedError as error:
            error.position = position
            raise
        except RetriableAPIError as error:
            message = f"{error}; gave up after {TRIES} tries in {monotonic() - started:.0f} s"
        raise SequenceError(f"{message}; the next run carries on")

    def under_way(self) -> set[str]:
        """Tell the orders of which a page has been requested and not been taken."""
        return {order for order, tasks in self._under_way.items() if tasks}

    def _settle(self, position: Position) -> Answer:
        if not self._under_way[position.order]:
            self.start(position)
        _, answer = self._under_way[position.order][0]
        try:
            return answer.result()
        except RetriableAPIError:
            self.ahead.clear()
            raise
        finally:
            self._under_way[position.order].popleft()

    def _work(self, tasks: SimpleQueue[Task | None]) -> None:
        while task := tasks.get():
            going_on: Task | None = task
            while going_on:
                going_on = self._answer(going_on)

    def _answer(self, task: Task) -> Task | None:
        """Request a page; return the one after it, if that is to be requested at once."""
        position, future = task
        try:
            answer = self._client.fetch(position)
        except BaseException as error:  # noqa: BLE001  raised again where the page is taken
            future.set_exception(error)
            return None
        following = None
        under_way = self._under_way[position.order]
        ahead = position.order in self.ahead and under_way[0] is task
        limit = self._client.request_limit
        if ahead and answer.after and limit.try_acquire(blocking=False):
            following = Position(position.order, answer.after), Future[Answer]()
            under_way.append(following)  # before this page is there to be taken
        future.set_result(answer)
        return following
