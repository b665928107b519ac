"""Whatever happens, is the target's copy complete in the end?"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tap_sequence.times import parse, utc_text
from tests.support.answers import FAULTS
from tests.support.catalogs import discovered
from tests.support.interruptions import Killed
from tests.support.sync import Synced, merged, sync
from tests.support.waits import over_at_once

LOOKBACK = 600
"""Seconds, the default."""

NEWEST = datetime(2025, 9, 30, tzinfo=UTC)


METHODS = {
    method: discovered(replication_method=method) for method in ("INCREMENTAL", "FULL_TABLE")
}

runs = st.fixed_dictionaries(
    {
        "faults": st.dictionaries(st.integers(0, 25), st.sampled_from(FAULTS), max_size=5),
        "added": st.dictionaries(st.integers(0, 25), st.integers(-LOOKBACK, 40), max_size=4),
        "killed": st.none() | st.integers(0, 120),
        "account": st.sampled_from([0, 0, 0, 1]),
        "method": st.sampled_from(["INCREMENTAL", "INCREMENTAL", "FULL_TABLE"]),
        "state": st.sampled_from(["kept", "kept", "merged", "full refresh"]),
        "settings": st.sampled_from(
            [
                {},
                {},
                {},
                {"include_archived": False},
                {"legal_name": "nobody"},
                {"start_date": utc_text(NEWEST - timedelta(seconds=150))},
                {"start_date": utc_text(NEWEST + timedelta(seconds=20))},
                {"start_date": utc_text(NEWEST + timedelta(days=1))},
            ]
        ),
    }
)

PLAIN = {"account": 0, "method": "INCREMENTAL", "state": "kept", "settings": {}, "killed": None}


class Target:
    """A target that stores what it has confirmed, and a scheduler that keeps its last state."""

    def __init__(self) -> None:
        """Start empty."""
        self.rows: dict[str, dict[str, Any]] = {}
        self.state: dict[str, Any] = {}

    def load(self, synced: Synced, *, merging: bool) -> None:
        """Take a run's messages up to its last state."""
        held: list[dict[str, Any]] = []
        for message in synced.messages:
            if message["type"] == "RECORD":
                held.append(message["record"])
            elif message["type"] == "STATE":
                self.rows |= {record["id"]: record for record in held}
                state = message["value"]
                self.state = merged(state, self.state) if merging else state
                held = []


def add(api: SequenceAPI, change: int) -> None:
    """Create so many customers; or, if negative, one that is visible so many seconds late."""
    if change >= 0 or not api.customers:
        api.add(abs(change) % 41)
    else:
        newest = datetime.fromtimestamp(api.customers[-1].micros / 1_000_000, UTC)
        api.add(created_at=utc_text(newest + timedelta(seconds=change)))


def load(accounts: list[SequenceAPI], target: Target, page_size: int, run: dict[str, Any]) -> bool:
    """Run the tap once into the target, and tell whether it came to its end."""
    synced = Synced()

    def see(_: dict[str, Any]) -> None:
        if run["killed"] is not None and len(synced.messages) >= run["killed"]:
            raise Killed

    try:
        sync(
            accounts[run["account"]],
            state={} if run["state"] == "full refresh" else target.state,
            catalog=METHODS[run["method"]],
            see=see,
            into=synced,
            page_size=page_size,
            **run["settings"],
        )
    except (Killed, SequenceError):
        return False
    finally:
        target.load(synced, merging=run["state"] != "kept")
    return True


@settings(max_examples=60)
@given(
    number=st.integers(0, 90),
    seconds=st.sampled_from([0, 1, 5, 4000]),
    page_size=st.integers(1, 6),
    plan=st.lists(runs, max_size=5),
)
def test_the_copy_is_complete_in_the_end(
    number: int, seconds: int, page_size: int, plan: list[dict[str, Any]]
) -> None:
    """Whatever fails, is killed, created or set meanwhile, nothing is missing in the end."""
    customers = [
        {
            "createdAt": utc_text(NEWEST - timedelta(seconds=n * seconds, microseconds=n // 3)),
            "archivedAt": None if n % 5 else "2025-10-01T00:00:00Z",
        }
        for n in reversed(range(number))
    ]
    target = Target()
    with ExitStack() as stack:
        stack.enter_context(over_at_once())
        api = stack.enter_context(SequenceAPI(customers))
        others = {run["account"] for run in plan} - {0}
        accounts = [api, *(stack.enter_context(SequenceAPI(20, seed=3)) for _ in others)]
        for run in plan:
            for skip, fault in run["faults"].items():
                api.fail(fault, skip=skip)
            for skip, change in run["added"].items():
                api.fail(faults.before(partial(add, api, change)), skip=skip)
            load(accounts, target, page_size, run)
            api.recover()
        assert load(accounts, target, page_size, PLAIN)
        listed: list[Any] = api.listed()
    expected = {
        item["id"]: {**item, "createdAt": utc_text(parse(item["createdAt"]))} for item in listed
    }
    assert {row: target.rows.get(row) for row in expected} == expected
    assert target.state["bookmarks"]["customers"]["interrupted_reads"] == []
