"""Refusals in the two shapes that the documents have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standins.sequence_api.messages import JSON, Answer, encoded

if TYPE_CHECKING:
    from collections.abc import Mapping


class RefusedError(Exception):
    """The request breaks a rule; `answer` says so."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def mistakes(found: Mapping[str, str], status: int = 400) -> Answer:
    """What is wrong with each parameter, as `{"errors": [{"key", "error"}]}`."""
    errors = [{"key": key, "error": error} for key, error in found.items()]
    return Answer(status, encoded({"errors": errors}), (("content-type", JSON),))


def refusal(
    status: int, kind: str, message: str, headers: Mapping[str, str] | None = None
) -> Answer:
    """What is wrong with a request, as `{"error": {"type", "message", "errors"}}`."""
    body = encoded({"error": {"type": kind, "message": message, "errors": []}})
    return Answer(status, body, (("content-type", JSON), *(headers or {}).items()))
