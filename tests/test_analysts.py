"""Do the views of customers show what the API has?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from standins.postgres import postgres
from tests.support.accounts import account_with_every_field
from tests.support.documents import blocks
from tests.support.warehouses import DOCUMENT, Warehouse, time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from standins.postgres import Database
    from tests.support.rows import Row, Rows
    from tests.support.targets import Target


@pytest.fixture(scope="module")
def loaded(
    server: Database, target_postgres: Target, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Warehouse, Rows]]:
    """Provide a warehouse with customers that have every field, and these customers."""
    with postgres(server.url) as database, account_with_every_field() as (api, customers):
        warehouse = Warehouse(api, database, target_postgres, tmp_path_factory.mktemp("loaded"))
        warehouse.load()
        warehouse.lay("customers")
        yield warehouse, customers


def customers(customer: Row) -> list[Row]:
    """Return the row that a customer makes in the view of this name, as do those below."""
    address = customer.get("address") or {}
    parts = ("line1", "line2", "town", "state", "postcode", "country")
    same = ("id", "label", "url", "domain", "email", "telephone")
    return [
        {
            **{name: customer.get(name) for name in same},
            "created_at": time(customer["createdAt"]),
            "archived_at": time(customer.get("archivedAt")),
            "legal_name": customer.get("legalName"),
            "tax_status": customer.get("taxStatus"),
            "contact_name": customer.get("contactName"),
            "sequence_account_id": customer.get("sequenceAccountId"),
            **{f"address_{part}": address.get(part) for part in parts},
        }
    ]


def of_each(field: str, columns: Callable[[Any], Row]) -> Callable[[Row], list[Row]]:
    """Return what makes a row of each element of a list, by its place under the customer's id."""
    return lambda customer: [
        {"customer_id": customer["id"], "position": position, **columns(one)}
        for position, one in enumerate(customer.get(field) or [], 1)
    ]


def customer_organization_members(customer: Row) -> list[Row]:
    """Return a row for each member of each organization."""
    return [
        {
            "customer_id": customer["id"],
            "organization_id": one.get("id"),
            "position": position,
            "member_id": member.get("id"),
            "member_name": member.get("name"),
        }
        for one in customer.get("organizations") or []
        for position, member in enumerate(one.get("members") or [], 1)
    ]


EXPECTED: dict[str, Callable[[Row], list[Row]]] = {
    "customers": customers,
    "customer_billing_emails": of_each("billingEmails", lambda email: {"email": email}),
    "customer_integrations": of_each(
        "integrationIds",
        lambda one: {
            "service": one.get("service"),
            "id_in_service": one.get("id"),
            "last_synced": time(one.get("lastSynced")),
            "is_pending": one.get("isPending"),
        },
    ),
    "customer_external_ids": of_each(
        "externalIds",
        lambda one: {
            "key": one.get("key"),
            "value": one.get("value"),
            "sync_time": time(one.get("syncTime")),
        },
    ),
    "customer_organizations": of_each(
        "organizations",
        lambda one: {
            "organization_id": one.get("id"),
            "owner_id": (one.get("owner") or {}).get("id"),
            "owner_name": (one.get("owner") or {}).get("name"),
        },
    ),
    "customer_organization_members": customer_organization_members,
    "customer_custom_properties": lambda customer: [
        {"customer_id": customer["id"], "key": key, "value": value}
        for key, value in (customer.get("customProperties") or {}).items()
    ],
}
"""What makes the rows of each view, of a customer as the API has it."""


def in_order(rows: list[Row]) -> list[Row]:
    """Sort rows, whose order a view leaves open."""
    return sorted(rows, key=lambda row: str(sorted((name, str(row[name])) for name in row)))


def compare(warehouse: Warehouse, items: Rows) -> None:
    """Compare all views with the API's customers."""
    for name, make in EXPECTED.items():
        wanted = [row for item in items.values() for row in make(item)]
        assert len(wanted) > 10
        assert in_order(warehouse.view(name)) == in_order(wanted), name


def test_values(loaded: tuple[Warehouse, Rows]) -> None:
    """Every value of every customer stands in the views, and nothing else."""
    compare(*loaded)


def test_arrays_of_the_other_type(
    server: Database, target_postgres: Target, tmp_path: Path
) -> None:
    """The views show the same of arrays that the loader makes without the project's schema."""
    with postgres(server.url) as database, account_with_every_field() as (api, customers):
        warehouse = Warehouse(api, database, target_postgres, tmp_path)
        warehouse.schema = {}
        warehouse.load()
        (column,) = database.query(
            "SELECT udt_name FROM information_schema.columns WHERE column_name = 'organizations'"
        )
        assert column == {"udt_name": "_jsonb"}
        warehouse.lay("customers")
        compare(warehouse, customers)


def test_later_loads(loaded: tuple[Warehouse, Rows]) -> None:
    """Under the views later loads update rows and add columns, and the views show what changed.

    To make the views again disturbs neither them nor what was built on them.
    """
    warehouse, items = loaded
    database = warehouse.database
    database.query("CREATE VIEW mine AS SELECT id, legal_name FROM sequence_views.customers")
    database.query('UPDATE sequence.customers SET "legalName" = NULL, "integrationIds" = NULL')

    warehouse.load(stream_maps={"customers": {"region": "'EU'"}})
    compare(warehouse, items)
    (added,) = database.query("SELECT DISTINCT region FROM sequence.customers")
    assert added == {"region": "EU"}

    warehouse.lay("customers")
    compare(warehouse, items)
    assert len(database.query("SELECT * FROM mine WHERE legal_name <> ''")) > 10


def test_after_the_table_was_renamed(
    server: Database, target_postgres: Target, tmp_path: Path
) -> None:
    """Made again over a table that was loaded anew, the views show that one."""
    with postgres(server.url) as database, account_with_every_field() as (api, customers):
        warehouse = Warehouse(api, database, target_postgres, tmp_path)
        warehouse.load()
        warehouse.lay("customers")
        database.query("ALTER TABLE sequence.customers RENAME TO customers_before")
        database.query('UPDATE sequence.customers_before SET "legalName" = NULL')
        warehouse.load()
        warehouse.lay("customers")
        compare(warehouse, customers)


def test_before_the_first_customer(
    server: Database, target_postgres: Target, tmp_path: Path
) -> None:
    """An account without customers makes views without rows."""
    with postgres(server.url) as database, account_with_every_field() as (api, _):
        warehouse = Warehouse(api, database, target_postgres, tmp_path)
        warehouse.load(start_date="2100-01-01")
        warehouse.lay("customers")
        assert [warehouse.view(name) for name in EXPECTED] == [[]] * len(EXPECTED)


def test_examples(loaded: tuple[Warehouse, Rows]) -> None:
    """The document's query and its grants work, and who has them can't read the table."""
    warehouse, items = loaded
    database = warehouse.database
    query, _, grants = blocks(DOCUMENT, "sql")
    rows = database.query(query)
    active = [item for item in items.values() if not item.get("archivedAt")]
    assert len(rows) == len(active)
    assert {row["legal_name"] for row in rows} == {item.get("legalName") for item in active}

    database.query("CREATE ROLE analysts")
    try:
        database.query(grants)
        (right,) = database.query(
            "SELECT has_table_privilege('analysts', 'sequence_views.customers', 'SELECT') AS view, "
            "has_table_privilege('analysts', 'sequence.customers', 'SELECT') AS table"
        )
        assert right == {"view": True, "table": False}
    finally:
        database.query("DROP OWNED BY analysts")
        database.query("DROP ROLE analysts")
