"""Do the views of line items and events show those that count, and no others?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from standins.postgres import postgres
from standins.sequence_api import SequenceAPI
from tests.support.warehouses import Warehouse, time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standins.postgres import Database
    from tests.support.rows import Row
    from tests.support.targets import Target

EARLY, LATE, LATER = (f"2025-03-0{day}T10:00:00.000000Z" for day in (1, 2, 3))

INVOICES = {
    "changed": LATE,
    "emptied": LATER,
    "without-updates": None,
    "since-updates": LATE,
}
"""When each invoice that is loaded last changed."""

LINES = {
    "kept": ("changed", LATE),
    "added": ("changed", LATE),
    "deleted": ("changed", EARLY),
    "of-emptied": ("emptied", LATE),
    "one": ("without-updates", None),
    "two": ("without-updates", None),
    "deleted-before-updates": ("since-updates", None),
    "kept-since-updates": ("since-updates", LATE),
    "of-gone": ("gone", LATE),
    "deleted-of-gone": ("gone", EARLY),
}
"""Rows below invoices: the invoice, and when it had last changed when they were asked for."""

CURRENT = {"kept", "added", "one", "two", "kept-since-updates"}
"""Those that the API would list now, as far as one can know."""

EVENTS = {
    "01": ("alone", EARLY),
    "02": ("superseded-by-a-later-one", LATE),
    "03": ("superseded-by-a-later-one", EARLY),
    "04": ("at-once", LATE),
    "05": ("at-once", LATE),
    "06": ("one-without-a-time", None),
    "07": ("one-without-a-time", EARLY),
    "08": ("without-times", None),
    "09": ("without-times", None),
}
"""Events: their customerEventId, and when they came."""

COUNTING = {"01", "02", "05", "07", "09"}
"""Those that count."""

EVENT = {"customerAlias": "an-alias", "eventTimestamp": EARLY, "sequenceAccountId": "account"}


@pytest.fixture(scope="module")
def warehouse(
    server: Database, target_postgres: Target, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    """Provide a warehouse with these rows, and the views of them."""
    totals = {"netTotal": 10, "totalTax": 2, "grossTotal": 12}
    below = [
        {"id": line, "invoiceId": invoice, "invoiceUpdatedAt": updated, **totals}
        for line, (invoice, updated) in LINES.items()
    ]
    events = [
        {"id": event, "customerEventId": name, "createdAt": created, **EVENT}
        for event, (name, created) in EVENTS.items()
    ]
    period = {"servicePeriod": {"startDate": "2025-02-01", "endDate": "2025-02-28"}}
    category = {"taxCategory": {"id": "a-category", "name": "VAT"}}
    rows: dict[str, list[Row]] = {
        "invoices": [
            {"id": name, "updatedAt": updated, "status": "SENT", "currency": "EUR"}
            for name, updated in INVOICES.items()
        ],
        "invoice_line_items": [{**row, **period, "index": 1, "quantity": 2} for row in below],
        "invoice_line_item_groups": [{**row, **category} for row in below],
        "usage_events": [{**row, "eventProperties": {"calls": 3}} for row in events],
        "seat_events": [{**row, "total": 7} for row in events],
    }
    with SequenceAPI(0) as api, postgres(server.url) as database:
        folder = tmp_path_factory.mktemp("lines")
        made = Warehouse(api, database, target_postgres, folder)
        made.take(rows)
        for name in rows.keys() - {"invoices"}:
            made.lay(name)
        yield made


@pytest.mark.parametrize("view", ["invoice_line_items", "invoice_line_item_groups"])
def test_current_rows(warehouse: Warehouse, view: str) -> None:
    """Of each invoice the rows asked for last count, unless it has changed since or is gone.

    Where no version of the API said when the invoice changed, all do.
    """
    rows = {row["id"]: row for row in warehouse.view(view)}
    assert rows.keys() == CURRENT
    for name, row in rows.items():
        invoice, updated = LINES[name]
        assert row["invoice_id"] == invoice
        assert row["invoice_updated_at"] == time(updated)
        loaded = invoice in INVOICES
        assert (row["currency"], row["is_issued"]) == (("EUR", True) if loaded else (None, None))
        assert [row[total] for total in ("net_total", "total_tax", "gross_total")] == [10, 2, 12]


def test_fields_of_rows(warehouse: Warehouse) -> None:
    """What is within a line item's or a group's column has a column of its own."""
    for row in warehouse.view("invoice_line_items"):
        period = (row["service_start_date"], row["service_end_date"])
        assert [str(day) for day in period] == ["2025-02-01", "2025-02-28"]
        assert (row["index"], row["quantity"]) == (1, 2)
    for row in warehouse.view("invoice_line_item_groups"):
        assert (row["tax_category_id"], row["tax_category_name"]) == ("a-category", "VAT")


@pytest.mark.parametrize("view", ["usage_events", "seat_events"])
def test_events_that_count(warehouse: Warehouse, view: str) -> None:
    """Of several events of one id the one counts that came last, by its id if at the same time."""
    rows = {row["id"]: row for row in warehouse.view(view)}
    assert rows.keys() == COUNTING
    for name, row in rows.items():
        assert (row["customer_event_id"], row["created_at"]) == (
            EVENTS[name][0],
            time(EVENTS[name][1]),
        )
        assert row["event_at"] == time(EARLY)
        assert row.get("seats", 7) == 7
        assert row.get("event_properties", {"calls": 3}) == {"calls": 3}
