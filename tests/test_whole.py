"""Whatever happens, is the target's copy complete in the end?"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tap_sequence.times import parse, utc_text
from tests.sync import Synced, sync


class Killed(BaseException):
    """The process ends here."""


def repeated_cursor(answer: dict[str, Any]) -> None:
    """Make a page the last of a circle."""
    answer["pagination"]["after"] = "again"


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
]

runs = st.fixed_dictionaries(
    {
        "faults": st.dictionaries(st.integers(0, 25), st.sampled_from(FAULTS), max_size=5),
        "added": st.dictionaries(st.integers(0, 25), st.integers(-300, 40), max_size=4),
        "killed": st.none() | st.integers(0, 120),
    }
)


class Target:
    """A target that stores what it has confirmed, and a scheduler that keeps its last state."""

    def __init__(self) -> None:
        """Start empty."""
        self.rows: dict[str, dict[str, Any]] = {}
        self.state: dict[str, Any] = {}

    def load(self, synced: Synced) -> None:
        """Take a run's messages up to its last state."""
        held: list[dict[str, Any]] = []
        for message in synced.messages:
            if message["type"] == "RECORD":
                held.append(message["record"])
            elif message["type"] == "STATE":
                self.rows |= {record["id"]: record for record in held}
                self.state = message["value"]
                held = []


def add(api: SequenceAPI, change: int) -> None:
    """Create so many customers; or, if negative, one that is visible so many seconds late."""
    if change >= 0 or not api.customers:
        api.add(abs(change) % 41)
    else:
        newest = datetime.fromtimestamp(api.customers[-1].micros / 1_000_000, UTC)
        api.add(created_at=utc_text(newest + timedelta(seconds=change)))


def load(api: SequenceAPI, target: Target, page_size: int, killed: int | None) -> bool:
    """Run the tap once into the target, and tell whether it came to its end."""
    synced = Synced()

    def see(_: dict[str, Any]) -> None:
        if killed is not None and len(synced.messages) >= killed:
            raise Killed

    try:
        sync(api, state=target.state, page_size=page_size, see=see, into=synced)
    except (Killed, SequenceError):
        return False
    finally:
        target.load(synced)
    return True


@settings(max_examples=60)
@given(
    st.integers(0, 90),
    st.integers(1, 6),
    st.lists(runs, max_size=4),
)
def test_the_copy_is_complete_in_the_end(
    customers: int, page_size: int, plan: list[dict[str, Any]]
) -> None:
    """Whatever fails or is killed, and whatever is created meanwhile, nothing is missing then."""
    target = Target()
    waits = SimpleNamespace(sleep=bool, monotonic=time.monotonic)
    with SequenceAPI(customers) as api, patch("backoff._sync.time", waits):
        for run in plan:
            for skip, fault in run["faults"].items():
                api.fail(fault, skip=skip)
            for skip, change in run["added"].items():
                api.fail(faults.before(partial(add, api, change)), skip=skip)
            load(api, target, page_size, run["killed"])
            api.recover()
        while not load(api, target, page_size, None):
            pass
        listed: list[Any] = api.listed()
        expected = {
            item["id"]: {**item, "createdAt": utc_text(parse(item["createdAt"]))} for item in listed
        }
    assert target.rows == expected
    assert set(target.state["bookmarks"]["customers"]) <= {
        "replication_key",
        "replication_key_value",
        "scope",
    }
