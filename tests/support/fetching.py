"""One request of the tap's, to any server."""

from __future__ import annotations

from typing import Any

from tests.support.package import NEWEST_FIRST, Answer, Position, TapSequence


def fetch(api_url: str, **config: Any) -> Answer:
    """Request the first page, once."""
    given = {"client_id": "id", "client_secret": "planted-secret", "api_url": api_url, **config}
    stream: Any = TapSequence(config=given).streams["customers"]
    answer: Answer = stream.fetch(Position(NEWEST_FIRST, None))
    return answer
