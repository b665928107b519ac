"""A list below a record of another list, asked for in a thread beside others."""

from __future__ import annotations

from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

from tap_sequence.api.retries import answer_to
from tap_sequence.errors import CIRCLE, SequenceError
from tap_sequence.pages import NEWEST_FIRST, Position

if TYPE_CHECKING:
    from logging import Logger
    from threading import Event

    from tap_sequence.api.lists import Answer, ListEndpoint


def all_answers(endpoint: ListEndpoint, logger: Logger, closed: Event) -> list[Answer]:
    """Request all pages of a list, with as many tries as that takes.

    Args:
        endpoint: The list.
        logger: What is told of each wait before another try.
        closed: Set once no answer is wanted any more.

    Returns:
        Its pages.

    Raises:
        CancelledError: If no answer is wanted any more.
        RefusedError: If Sequence refuses a request.
        SequenceError: If there is no answer after all tries, or the pages go round in a circle.
    """
    answers: list[Answer] = []
    cursors: set[str] = set()
    position = Position(NEWEST_FIRST, None)

    def ask() -> Answer:
        endpoint.client.limit.wait()
        if closed.is_set():  # as it can be after a long wait
            raise CancelledError
        return endpoint.fetch(position)

    while True:
        answer = answer_to(ask, logger)
        answers.append(answer)
        if answer.after is None:
            return answers
        if answer.after in cursors or [answer.items] == [one.items for one in answers[-2:-1]]:
            raise SequenceError(
                f"GET {endpoint.shown}: the API sent the same page a second time: {CIRCLE}"
            )
        cursors.add(answer.after)
        position = Position(NEWEST_FIRST, answer.after)
