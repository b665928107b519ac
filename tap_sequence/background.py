"""Pages requested in the background, one for each end of the list, while others are handed on."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, wait
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Self

from singer_sdk.exceptions import RetriableAPIError

from tap_sequence.client import TRIES
from tap_sequence.errors import RefusedError, SequenceError

if TYPE_CHECKING:
    from types import TracebackType

    from tap_sequence.client import SequenceClient
    from tap_sequence.pagination import Page, Position

Task = tuple["Position", "Future[Page]"]


class BackgroundRequests:
    """Requests pages in one thread for each order; waits and tries again in the caller's.

    While the caller waits before another try, nothing else is started: what slows one end slows
    both.

    Args:
        client: What makes one request.
    """

    def __init__(self, client: SequenceClient) -> None:
        """Start without threads."""
        self.page_size: int = client.config["page_size"]
        self._client = client
        self._workers: dict[str, tuple[Thread, SimpleQueue[Task | None]]] = {}
        self._under_way: dict[str, Task] = {}

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
        task = self._under_way[position.order] = position, Future()
        self._workers[position.order][1].put(task)

    def take(self) -> tuple[Position, Page]:
        """Wait for the first page that is there, of those under way.

        Returns:
            The page, and its position.

        Raises:
            RefusedError: If Sequence refuses the request.
            SequenceError: If there is no answer after all tries, or the answer is not a page.
        """
        first = wait([page for _, page in self._under_way.values()], return_when=FIRST_COMPLETED)
        position = next(
            position for position, page in self._under_way.values() if page in first.done
        )
        started = monotonic()
        try:
            return position, self._client.request_decorator(self._settle)(position)
        except RefusedError as error:
            error.position = position
            raise
        except RetriableAPIError as error:
            message = f"{error}; gave up after {TRIES} tries in {monotonic() - started:.0f} s"
        raise SequenceError(f"{message}; the next run carries on")

    def under_way(self) -> set[str]:
        """Tell the orders of which a page has been requested and not been taken."""
        return set(self._under_way)

    def _settle(self, position: Position) -> Page:
        if position.order not in self._under_way:
            self.start(position)
        _, page = self._under_way[position.order]
        try:
            return page.result()
        finally:
            del self._under_way[position.order]

    def _work(self, tasks: SimpleQueue[Task | None]) -> None:
        while task := tasks.get():
            position, page = task
            try:
                page.set_result(self._client.fetch(position))
            except BaseException as error:  # noqa: BLE001  raised again where the page is taken
                page.set_exception(error)
