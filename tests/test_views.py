"""Are the views those that the document describes?"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from tests.support.commands import ROOT
from tests.support.documents import blocks, table
from tests.support.warehouses import DOCUMENT, documented

if TYPE_CHECKING:
    from tests.support.billing import Billing


FILES = {
    path.stem: set(
        re.findall(
            r"^CREATE OR REPLACE VIEW sequence_views\.(\w+) AS$", path.read_text(), re.MULTILINE
        )
    )
    for path in (ROOT / "docs" / "views").rglob("*.sql")
}
"""The views of each file."""

KINDS = {
    "_at|last_synced|sync_time": "timestamp with time zone",
    "_date|month": "date",
    "is_.*": "boolean",
    "position|invoices|billing_day|index|seats": "bigint",
    "total|total_tax|amount|units|cost|price|fee": "numeric",
    "package_size|share_of_usage|upper_bound|quantity|rate": "numeric",
    "event_properties": "jsonb",
}
"""Types by the ends of names; other columns are texts."""


def kind(name: str) -> str:
    """Return the type that a column of a name should have."""
    found = [of for names, of in KINDS.items() if re.fullmatch(f".*({names})", name)]
    return found[0] if found else "text"


def test_names_and_types(billing: Billing) -> None:
    """The views have the columns that the document lists, of the types that it gives."""
    columns = billing.warehouse.columns()
    headings = ("View in `sequence_views`", "View", "View of line items", "View of events")
    wanted = {view: names for one in headings for view, names in documented(one).items()}
    assert {view: list(types) for view, types in columns.items()} == wanted
    for view, types in columns.items():
        assert types == {name: kind(name) for name in types}, view


def test_tables(billing: Billing) -> None:
    """The views of a file need the tables that the document names, and no other file's views."""
    used = billing.warehouse.database.query(
        "SELECT view_name, table_schema, table_name FROM information_schema.view_table_usage "
        "WHERE view_schema = 'sequence_views'"
    )
    documented_tables = {
        re.sub(r"\[(\w+)\.sql\].*", r"\1", file): set(re.findall(r"`(\w+)`", tables))
        for file, tables in table(DOCUMENT, "File")
    }
    assert FILES.keys() == documented_tables.keys()
    for file, views in FILES.items():
        of_file = [row for row in used if row["view_name"] in views]
        tables = {row["table_name"] for row in of_file if row["table_schema"] == "sequence"}
        others = {row["table_name"] for row in of_file if row["table_schema"] != "sequence"}
        assert tables == documented_tables[file]
        assert others <= views


def test_comments(billing: Billing) -> None:
    """Each view says what a row of it is."""
    comments = billing.warehouse.database.query(
        "SELECT relname AS view, obj_description(oid) AS comment FROM pg_class "
        "WHERE relnamespace = 'sequence_views'::regnamespace"
    )
    assert {row["view"] for row in comments} == set.union(*FILES.values())
    assert [row for row in comments if not (row["comment"] or "").startswith("One row per ")] == []


def test_again(billing: Billing) -> None:
    """To make the views again disturbs neither them nor what was built on them."""
    warehouse = billing.warehouse
    warehouse.database.query(
        "CREATE VIEW mine AS SELECT currency, sum(unpaid_total) AS total "
        "FROM sequence_views.outstanding_by_customer GROUP BY currency"
    )
    before = warehouse.database.query("SELECT * FROM mine ORDER BY currency")
    for name in FILES:
        warehouse.lay(name)
    assert warehouse.database.query("SELECT * FROM mine ORDER BY currency") == before


def test_example(billing: Billing) -> None:
    """The document's query finds what active billing schedules charge on a day."""
    (query,) = (one for one in blocks(DOCUMENT, "sql") if "current_date" in one)
    found = billing.warehouse.database.query(query.replace("current_date", "DATE '2025-11-15'"))
    day = date(2025, 11, 15)
    schedules = billing.view("active_billing_schedules", "id")
    prices = billing.view("prices", "id")
    names = ("product_name", "currency", "price", "pricing_type", "billing_frequency")
    wanted = [
        {"customer_name": schedules[phase["billing_schedule_id"],]["customer_name"]}
        | {name: prices[phase["price_id"],][name] for name in names}
        for phase in billing.warehouse.view("active_billing_schedule_prices")
        if phase["phase_start_date"] <= day <= (phase["phase_end_date"] or date.max)
        and (phase["price_id"],) in prices
    ]
    assert wanted
    assert sorted(found, key=str) == sorted(wanted, key=str)
