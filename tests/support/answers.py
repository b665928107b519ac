"""What goes wrong with the API's answers in several files of tests."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from standins.sequence_api import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from standins.sequence_api import Request
    from standins.sequence_api.faults import Fault

ORDERS = ["DESC", "ASC"]


def in_order(order: str) -> Callable[[Request], bool]:
    """Return what picks the requests for pages of one sort order, without the first page."""
    return lambda request: request.query["sortOrder"] == order and "after" in request.query


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
