"""Ways to turn a behaviour of the API round, from which `otherwise` is put together.

Each of them scripts a fault for all requests that it concerns, so that one API can be turned one
way at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from standins.sequence_api.faults import Answerer, Fault
from standins.sequence_api.messages import Answer, Request, decoded, exactly

if TYPE_CHECKING:
    from standins.sequence_api import SequenceAPI

Turn = Callable[["SequenceAPI"], None]
Concerns = Callable[[Request], bool]
Row = dict[str, Any]


def everywhere(fault: Fault, when: Concerns | None = None) -> Turn:
    """A fault in the answers to all requests, or to those that a condition picks."""
    return lambda api: api.fail(fault, None, when)


def of(name: str, fault: Fault, when: Concerns | None = None) -> Turn:
    """A fault in the answers of one list."""

    def turn(api: SequenceAPI) -> None:
        concerns = api[name].concerns
        api.fail(fault, None, lambda each: concerns(each) and (when is None or when(each)))

    return turn


def answers(edit: Callable[[Any], object]) -> Fault:
    """The proper answer, its JSON changed in place by a function, and no digit of it lost."""

    def change(proper: Answer) -> Answer:
        if proper.status >= 400:  # noqa: PLR2004  a refusal
            return proper
        body = decoded(proper.body)
        edit(body)
        return replace(proper, body=exactly(body))

    return edited(change)


def each_row(name: str, edit: Callable[[Row], object]) -> Turn:
    """Something else in each row of one list."""

    def each(body: Any) -> None:
        for row in body.get("items", [body]):
            edit(row)

    return of(name, answers(each))


def pages(name: str, edit: Callable[[Any], object], when: Concerns | None = None) -> Turn:
    """Something else in each page of one list, changed in place."""
    return of(name, answers(edit), when)


def both(*turns: Turn) -> Turn:
    """Several of them, that concern different requests."""

    def turn(api: SequenceAPI) -> None:
        for one in turns:
            one(api)

    return turn


def asked_with(change: Callable[[dict[str, str]], object]) -> Fault:
    """The answer to another query than the one that was asked, which a function changes."""

    async def send(request: Request, answer: Answerer) -> Answer:
        query = dict(request.query)
        change(query)
        request.raw_query = urlencode(query).encode()
        return answer()

    return Fault(send)


def edited(change: Callable[[Answer], Answer]) -> Fault:
    """The proper answer, changed by a function, refusals too."""

    async def send(_: Request, answer: Answerer) -> Answer:
        return change(answer())

    return Fault(send)


def cursor_not_taken_is_ignored() -> Fault:
    """The first page where a cursor is refused."""

    async def send(request: Request, answer: Answerer) -> Answer:
        proper = answer()
        query = dict(request.query)
        if proper.status == 200 or not query.pop("after", None):  # noqa: PLR2004  what was asked
            return proper
        request.raw_query = urlencode(query).encode()
        return answer()

    return Fault(send)


def any_version() -> Fault:
    """The answer in the key's version where there is no such version."""

    async def send(request: Request, answer: Answerer) -> Answer:
        request.raw_headers = [
            (name, value) for name, value in request.raw_headers if name != b"sequence-version"
        ]
        return answer()

    return Fault(send)


def instead_of(status: int, other: Answer) -> Fault:
    """Another answer in place of one with this status."""
    return edited(lambda proper: other if proper.status == status else proper)


def with_body(body: bytes, kind: str) -> Fault:
    """Another body in each refusal."""

    def change(proper: Answer) -> Answer:
        if proper.status < 400:  # noqa: PLR2004  no refusal
            return proper
        kept = [header for header in proper.headers if header[0] != "content-type"]
        return replace(proper, body=body, headers=(*kept, ("content-type", kind)))

    return edited(change)


def with_header(name: str, value: str) -> Fault:
    """One more header in each answer."""
    return edited(lambda proper: replace(proper, headers=(*proper.headers, (name, value))))


def in_pages_of_one(name: str) -> Turn:
    """A list below a parent that comes in pages, though it is documented to come whole."""

    async def send(request: Request, answer: Answerer) -> Answer:
        query = dict(request.query)
        begin = int(query.pop("after", "0"))
        request.raw_query = urlencode(query).encode()
        proper = answer()
        whole: Any = decoded(proper.body)
        items = whole["items"]
        after = {"after": str(begin + 1)} if begin + 1 < len(items) else {}
        page = {"items": items[begin : begin + 1], "pagination": after}
        return replace(proper, body=exactly(page))

    return of(name, Fault(send))
