"""One request of the tap's, to any server."""

from __future__ import annotations

from typing import Any

from tap_sequence.api.lists import Answer, ListEndpoint
from tap_sequence.pages import NEWEST_FIRST, Position
from tap_sequence.tap import TapSequence


def fetch(api_url: str, **config: Any) -> Answer:
    """Request the first page, once."""
    given = {"client_id": "id", "client_secret": "planted-secret", "api_url": api_url, **config}
    client = TapSequence(config=given).client
    customers = ListEndpoint(client=client, path="/customers", page_size=100, ordered=True)
    return customers.fetch(Position(NEWEST_FIRST, None))
