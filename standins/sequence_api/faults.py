"""What can be made to go wrong, and with which requests.

A fault sits between a request and its answer: it gets both, and returns what is sent instead. It is
scripted with `SequenceAPI.fail`, which says how many requests it hits and which ones:

    api.fail(status(429, headers={"Retry-After": "2"}))                # the next request
    api.fail(status(500), times=3)                                     # the three after it
    api.fail(cut(1000), skip=6)                                        # the seventh from now
    api.fail(reset(), None, lambda request: "after" in request.query)  # every page but the first
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from standins.sequence_api.endpoint import CURSOR_REFUSED
from standins.sequence_api.messages import JSON, Answer, Request, encoded
from standins.sequence_api.refusals import mistakes, refusal

Answerer = Callable[[], Answer]
Edit = Callable[[Any], Any]
"""Changes a decoded answer, in place or by returning another one."""


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong.

    Attributes:
        send: Takes the request and a function that returns its proper answer; returns what is sent
            instead, or None to drop the connection.
        instead: Whether it replaces the answer. If not, the next fault due for the same request
            follows.
    """

    send: Callable[[Request, Answerer], Awaitable[Answer | None]]
    instead: bool = True


def status(
    code: int,
    body: bytes | str | Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Fault:
    """Another status. The answer has only these headers.

    Args:
        code: The status code.
        body: Sent as it is; a mapping is sent as JSON. See also `error` and `errors`.
        headers: Such as `Retry-After`; a content type is added if there is a body.
    """
    content, kind = b"", ""
    if isinstance(body, bytes | str):
        content, kind = body.encode() if isinstance(body, str) else body, "text/html"
    elif body is not None:
        content, kind = encoded(dict(body)), JSON
    named = {"content-type": kind} if kind else {}
    named |= {name.lower(): value for name, value in (headers or {}).items()}
    return _always(Answer(code, content, tuple(named.items())))


def error(code: int, kind: str = "Refused", message: str = "refused by request of a test") -> Fault:
    """Another status, in the documented shape `{"error": {"type", "message", "errors"}}`."""
    return _always(refusal(code, kind, message))


def errors(code: int, found: Mapping[str, str] | None = None) -> Fault:
    """Another status, in the documented shape `{"errors": [{"key", "error"}]}`."""
    return _always(mistakes(found or {"request": "refused by request of a test"}, code))


def cursor_refused() -> Fault:
    """The answer to a cursor that is not, or no longer, valid."""
    return _always(CURSOR_REFUSED)


def reset() -> Fault:
    """The connection is reset before the first byte of the answer."""
    return _always(None)


def cut(after: int) -> Fault:
    """The connection closes after this many bytes of a body announced in full."""
    return _edited(lambda answer: replace(answer, sent=min(after, len(answer.body))))


def hang(seconds: float) -> Fault:
    """Nothing comes for this long, then the proper answer."""

    async def send(_: Request, answer: Answerer) -> Answer:
        await asyncio.sleep(seconds)
        return answer()

    return Fault(send)


def body(content: bytes | str, content_type: str = "text/html") -> Fault:
    """A 200 with this body, and the other headers of the proper answer."""
    sent = content.encode() if isinstance(content, str) else content

    def edit(answer: Answer) -> Answer:
        kept = [header for header in answer.headers if header[0] != "content-type"]
        return Answer(200, sent, (("content-type", content_type), *kept))

    return _edited(edit)


def answer(edit: Edit) -> Fault:
    """The proper answer, its JSON changed by a function; refusals stay as they are.

    Args:
        edit: Takes the decoded answer; changes it in place, or returns what is sent instead.
    """

    def edited(proper: Answer) -> Answer:
        if proper.status != HTTPStatus.OK:
            return proper
        content = json.loads(proper.body)
        changed = edit(content)
        return replace(proper, body=encoded(content if changed is None else changed))

    return _edited(edited)


def version(text: str | None) -> Fault:
    """The answer says that it is in another version, or, with None, doesn't say."""

    def edit(proper: Answer) -> Answer:
        kept = tuple(header for header in proper.headers if header[0] != "sequence-version")
        told = (("sequence-version", text),) if text is not None else ()
        return replace(proper, headers=(*kept, *told))

    return _edited(edit)


def before(call: Callable[[], object]) -> Fault:
    """Something happens when the request arrives, before it is answered.

    The server waits for it. The answer, or the next fault due, comes afterwards.
    """

    async def send(_: Request, __: Answerer) -> None:
        call()

    return Fault(send, instead=False)


def _always(sent: Answer | None) -> Fault:
    async def send(_: Request, __: Answerer) -> Answer | None:
        return sent

    return Fault(send)


def _edited(edit: Callable[[Answer], Answer]) -> Fault:
    async def send(_: Request, answer: Answerer) -> Answer:
        return edit(answer())

    return Fault(send)


@dataclass
class Script:
    """A fault, and the requests it hits."""

    fault: Fault
    times: int | None = 1
    when: Callable[[Request], bool] | None = None
    skip: int = 0
    hits: int = 0

    def due(self, request: Request) -> bool:
        """Whether the fault is for this request. Ask about each request only once."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.when is not None and not self.when(request):
            return False
        self.skip -= 1
        return self.skip < 0


@dataclass
class Faults:
    """The queue of scripted faults."""

    queue: list[Script] = field(default_factory=list)

    def take(self, request: Request) -> list[Fault]:
        """What goes wrong with a request: the first fault due, and any `before` ahead of it."""
        taken: list[Fault] = []
        complete = False
        for script in self.queue:
            if script.due(request) and not complete:
                script.hits += 1
                taken.append(script.fault)
                complete = script.fault.instead
        self.queue = [each for each in self.queue if each.times is None or each.hits < each.times]
        return taken
