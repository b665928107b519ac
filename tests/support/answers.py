"""What goes wrong with the API's answers in several files of tests."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from threading import Event
from typing import TYPE_CHECKING, Any

from standins.sequence_api import faults
from standins.sequence_api.faults import Fault
from tests.support.waits import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from standins.sequence_api import Request, SequenceAPI
    from standins.sequence_api.faults import Answerer

ORDERS = ["DESC", "ASC"]


def of_order(order: str) -> Callable[[Request], bool]:
    """Return what picks the requests of one sort order."""
    return lambda request: request.query["sortOrder"] == order


def later_pages(order: str) -> Callable[[Request], bool]:
    """Return what picks the requests for pages of one sort order, without the first page."""
    return lambda request: request.query["sortOrder"] == order and "after" in request.query


def held(until: Event) -> Fault:
    """Hold an answer back, whatever it is, until an event."""

    async def send(_: Request, __: Answerer) -> None:
        if not await asyncio.to_thread(until.wait, PATIENCE):
            raise TimeoutError("an answer was held back, and what it waited for did not happen")

    return Fault(send, instead=False)


def fail_at_end(
    api: SequenceAPI, order: str, fault: Fault, times: int | None = 1, *, skip: int
) -> Event:
    """Script a fault at one end of a list that is read from both.

    Which end is read faster is left to chance otherwise, and the fault might find nothing to hit:
    pages of the other end, but for the first one, are held back until it has.

    Args:
        api: What it is scripted for.
        order: The sort order that begins at this end.
        fault: What goes wrong.
        times: How many requests it hits; None for all.
        skip: How many requests of this order pass first.

    Returns:
        What tells that it has hit as many requests as it is to, or one if it hits all.
    """
    done = Event()
    (other,) = {*ORDERS} - {order}
    api.fail(faults.before(done.set), when=of_order(order), skip=skip + (times or 1) - 1)
    api.fail(held(done), None, later_pages(other))
    api.fail(fault, times, of_order(order), skip)
    return done


def item(**fields: Any) -> Fault:
    """Change fields of the fourth customer of a page."""
    return faults.answer(lambda page: page["items"][3].update(fields))


def listed(item: str, pagination: str = "{}") -> Fault:
    """Answer with a page of this one item."""
    body = f'{{"items": [{item}], "pagination": {pagination}}}'
    return faults.body(body, "application/json")


def circle(length: int) -> Fault:
    """Name the first cursor again so many pages later."""
    seen: list[str] = []

    def edit(page: dict[str, Any]) -> None:
        seen.append(page["pagination"]["after"])
        if len(seen) > length:
            page["pagination"]["after"] = seen[0]

    return faults.answer(edit)


def first_page_again() -> Fault:
    """Send the customers of the first page on every page, under the cursors of each."""
    first: list[Any] = []

    def edit(page: dict[str, Any]) -> None:
        first.append(page["items"])
        page["items"] = first[0]

    return faults.answer(edit)


NUMBERS = (
    "0.10",
    "12345678901234567890.123",
    "1E+400",
    "-0.0",
    "9007199254740993",
    "18446744073709551616",
    "123456789012345678901234567890",
)
"""Numbers that a float, or 64 bits, could not hold as they are."""


def numbers_listed() -> Fault:
    """Answer with a page of one customer, which has the numbers in a nested field."""
    balances = f'{{"balances": [{", ".join(NUMBERS)}]}}'
    return listed(f'{{"id": "one", "createdAt": "2024-02-01T12:00:00Z", "address": {balances}}}')


def numbers_in(line: str) -> tuple[str, ...]:
    """Return the numbers of that customer in a line of output, as they are written there."""
    message = json.loads(line, parse_float=str, parse_int=str)
    return tuple(message.get("record", message)["address"]["balances"])


def first_tries(number: int) -> Callable[[Request], bool]:
    """Return what picks the first requests for each page, so many of them."""
    asked: Counter[tuple[str, str | None]] = Counter()

    def picks(request: Request) -> bool:
        page = request.query["sortOrder"], request.query.get("after")
        asked[page] += 1
        return asked[page] <= number

    return picks


def repeated_cursor(answer: dict[str, Any]) -> None:
    """Make a page the last of a circle."""
    answer["pagination"]["after"] = "again"


def turned(answer: dict[str, Any]) -> None:
    """Turn a page round."""
    answer["items"].reverse()


FAULTS = [
    faults.status(429, headers={"Retry-After": "3"}),
    faults.status(500),
    faults.status(503, "<html>"),
    faults.status(401),
    faults.reset(),
    faults.cut(40),
    faults.body("<html>", "text/html"),
    faults.body('{"items": [', "application/json"),
    faults.body("{}", "application/json"),
    faults.cursor_refused(),
    faults.answer(repeated_cursor),
    faults.answer(turned),
]
"""What can go wrong with any request for a page."""
