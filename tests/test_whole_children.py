"""Whatever happens, is what there is below each invoice complete in the end?"""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tap_sequence.tap import TapSequence
from tap_sequence.times import parse
from tests.support.answers import FAULTS
from tests.support.catalogs import selecting
from tests.support.interruptions import Killed
from tests.support.sync import Synced, sync
from tests.support.waits import over_at_once

if TYPE_CHECKING:
    from tests.support.rows import Row

LINES = "invoice_line_items"

Change = tuple[str, int]

changes = st.tuples(
    st.sampled_from(["add", "change", "change", "remove", "many"]), st.integers(0, 9)
)

runs = st.fixed_dictionaries(
    {
        "faults": st.dictionaries(st.integers(0, 60), st.sampled_from(FAULTS), max_size=4),
        "changes": st.dictionaries(st.integers(0, 60), changes, max_size=6),
        "killed": st.none() | st.integers(0, 200),
        "method": st.sampled_from(["INCREMENTAL", "INCREMENTAL", "FULL_TABLE"]),
    }
)

PLAIN = {"killed": None, "method": "INCREMENTAL"}


class Target:
    """A target that stores what it has confirmed, and its last state."""

    def __init__(self) -> None:
        """Start empty."""
        self.rows: dict[tuple[str, str], Row] = {}
        self.state: dict[str, Any] = {}

    def load(self, synced: Synced) -> None:
        """Take a run's messages up to its last state."""
        held: list[Row] = []
        for message in synced.messages:
            if message["type"] == "RECORD":
                held.append(message["record"])
            elif message["type"] == "STATE":
                self.rows |= {(row["id"], row["invoiceId"]): row for row in held}
                self.state, held = message["value"], []

    def current(self, invoices: dict[str, Row]) -> dict[str, dict[str, Row]]:
        """Return the current rows of each invoice, by their ids, as the view picks them."""
        latest: dict[str, str] = defaultdict(str)
        for row in self.rows.values():
            latest[row["invoiceId"]] = max(latest[row["invoiceId"]], row["invoiceUpdatedAt"])
        found: dict[str, dict[str, Row]] = defaultdict(dict)
        for row in self.rows.values():
            invoice, changed = row["invoiceId"], row["invoiceUpdatedAt"]
            loaded = invoices.get(invoice)
            if (
                loaded
                and changed == latest[invoice]
                and parse(changed) >= parse(loaded["updatedAt"])
            ):
                found[invoice][row["id"]] = row
        return found


def happen(api: SequenceAPI, change: Change) -> None:
    """Change the account."""
    what, number = change
    invoices = api["invoices"]
    rows = invoices.rows
    if what == "add" or not rows:
        invoices.add(number)
    elif what == "change":
        invoices.change(rows[number % len(rows)].id)
    elif what == "remove":
        invoices.remove(rows[number % len(rows)].id)
    else:
        invoice = rows[number % len(rows)].id
        api.below(LINES).give(invoice, 3 * number)
        invoices.change(invoice)


def load(api: SequenceAPI, target: Target, page_size: int, lookback: int, run: Any) -> bool:
    """Run the tap once into the target, and tell whether it came to its end."""
    synced = Synced()
    started = max((row.updated for row in api["invoices"].rows), default=0) // 1000

    def see(_: Row) -> None:
        if run["killed"] is not None and len(synced.messages) >= run["killed"]:
            raise Killed

    clock = property(lambda _: started, lambda *_: None)
    try:
        with patch.object(TapSequence, "initialized_at", clock, create=True), over_at_once():
            sync(
                api,
                state=target.state,
                catalog=selecting(LINES, replication_method=run["method"]),
                see=see,
                into=synced,
                page_size=page_size,
                lookback_window=lookback,
            )
    except (Killed, SequenceError):
        return False
    finally:
        target.load(synced)
    return True


@settings(max_examples=40)
@given(
    number=st.integers(0, 25),
    page_size=st.integers(1, 8),
    lookback=st.sampled_from([0, 0, 600]),
    plan=st.lists(runs, max_size=4),
)
def test_the_current_rows_are_those_of_the_api(
    number: int, page_size: int, lookback: int, plan: list[Any]
) -> None:
    """Whatever fails, is killed or changes meanwhile, each invoice's lines are there in the end.

    They are its own, all of them and no others, and their sum is the invoice's.
    """
    target = Target()
    with ExitStack() as stack:
        api = stack.enter_context(SequenceAPI(2, rows={"invoices": number}))
        for run in plan:
            for skip, fault in run["faults"].items():
                api.fail(fault, skip=skip)
            for skip, change in run["changes"].items():
                api.fail(faults.before(partial(happen, api, change)), skip=skip)
            load(api, target, page_size, lookback, run)
            api.recover()
        assert load(api, target, page_size, lookback, PLAIN)
        invoices = {row["id"]: row for row in cast("list[Row]", api["invoices"].listed())}
        listed = {one: cast("list[Row]", api.below(LINES).of(one)) for one in invoices}
    current = target.current(invoices)
    for invoice, rows in listed.items():
        loaded = current[invoice]
        assert loaded.keys() == {row["id"] for row in rows}
        assert all(loaded[row["id"]]["title"] == row["title"] for row in rows)
        total = sum(Decimal(str(row["netTotal"])) for row in loaded.values())
        assert total == Decimal(invoices[invoice]["netTotal"])
