"""Do the views of invoices show, and add up, what the API has?"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from tests.support.billing import NOT_YET, by, day, decimal
from tests.support.warehouses import time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.support.billing import Billing
    from tests.support.rows import Row


def is_issued(invoice: Row) -> bool:
    """Tell whether an invoice counts."""
    return invoice["status"] in {"FINAL", "SENT"}


def is_outstanding(invoice: Row) -> bool:
    """Tell whether an invoice is to be paid."""
    settled = invoice["paymentStatus"] in {"PAID", "UNCOLLECTIBLE"}
    return is_issued(invoice) and not settled and Decimal(invoice["grossTotal"]) != 0


def is_overdue(invoice: Row) -> bool | None:
    """Tell whether an invoice should have been paid; None if that can't be known."""
    if not is_outstanding(invoice):
        return False
    return invoice["dueDate"] != NOT_YET if invoice.get("dueDate") else None


def test_invoices(billing: Billing) -> None:
    """Each invoice is a row, and says whether it is issued, outstanding and overdue."""
    wanted = [
        {
            "id": one["id"],
            "invoice_number": one.get("invoiceNumber"),
            "customer_id": one["customerId"],
            "customer_name": billing.name_of(one["customerId"]) or one["customerLegalCompanyName"],
            "billing_schedule_id": one.get("billingScheduleId"),
            "status": one["status"],
            "payment_status": one["paymentStatus"],
            "is_issued": is_issued(one),
            "is_outstanding": is_outstanding(one),
            "is_overdue": is_overdue(one),
            "currency": one["currency"],
            "net_total": decimal(one["netTotal"]),
            "total_tax": decimal(one["totalTax"]),
            "gross_total": decimal(one["grossTotal"]),
            "accounting_date": day(one["accountingDate"]),
            "issue_date": day(one.get("issueDate")),
            "due_date": day(one.get("dueDate")),
            "period_start_date": day((one.get("billingPeriod") or {}).get("start")),
            "period_end_date": day((one.get("billingPeriod") or {}).get("endInclusive")),
            "purchase_order_number": one.get("purchaseOrderNumber"),
            "reference": one.get("reference"),
            "created_at": time(one["createdAt"]),
            "updated_at": time(one.get("updatedAt")),
        }
        for one in billing.lists["invoices"].values()
    ]
    assert {row["is_overdue"] for row in wanted} == {True, False, None}
    assert billing.view("invoices", "id") == by(wanted, "id")


def total(invoices: Iterable[Row], name: str = "grossTotal") -> Decimal:
    """Add up a total of invoices of one currency."""
    with localcontext(prec=100):
        return sum((Decimal(one[name]) for one in invoices), Decimal())


def grouped(invoices: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    """Group invoices by some key."""
    groups = defaultdict(list)
    for one in invoices:
        groups[key(one)].append(one)
    return groups


def test_invoices_by_month(billing: Billing) -> None:
    """The sums of a month and currency are those of the issued invoices, to the last digit."""
    issued = filter(is_issued, billing.lists["invoices"].values())
    wanted = [
        {
            "month": day(month and f"{month}-01"),
            "currency": currency,
            "invoices": len(invoices),
            "net_total": total(invoices, "netTotal"),
            "total_tax": total(invoices, "totalTax"),
            "gross_total": total(invoices, "grossTotal"),
        }
        for (month, currency), invoices in grouped(
            issued, lambda one: ((one["accountingDate"] or "")[:7] or None, one["currency"])
        ).items()
    ]
    assert len({row["currency"] for row in wanted}) == 5
    assert billing.view("invoices_by_month", "month", "currency") == by(wanted, "month", "currency")


def test_outstanding_by_customer(billing: Billing) -> None:
    """What each customer owes is told by currency, of archived ones too."""
    wanted = []
    outstanding = filter(is_outstanding, billing.lists["invoices"].values())
    for (customer, currency), invoices in grouped(
        outstanding, lambda one: (one["customerId"], one["currency"])
    ).items():
        partly = [one for one in invoices if one["paymentStatus"] == "PARTIALLY_PAID"]
        unpaid = [one for one in invoices if one not in partly]
        late = [one for one in invoices if is_overdue(one)]
        names = [one["customerLegalCompanyName"] for one in invoices]
        wanted.append(
            {
                "customer_id": customer,
                "customer_name": billing.name_of(customer) or max(names),
                "currency": currency,
                "unpaid_invoices": len(unpaid),
                "unpaid_total": total(unpaid),
                "partially_paid_invoices": len(partly),
                "partially_paid_total": total(partly),
                "overdue_invoices": len(late),
                "overdue_total": total(late),
                "earliest_due_date": min(
                    (date.fromisoformat(one["dueDate"]) for one in invoices if one.get("dueDate")),
                    default=None,
                ),
            }
        )
    key = ("customer_id", "currency")
    found = billing.view("outstanding_by_customer", *key)
    assert found == by(wanted, *key)
    customers = billing.lists["customers"].values()
    archived = {one["id"] for one in customers if one.get("archivedAt")}
    assert archived & {customer for customer, _ in found}
    assert ("nobody-we-know", "EUR") in found
    assert ("nobody-with-a-bill", "EUR") not in found
