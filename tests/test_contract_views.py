"""Do the views of billing schedules, prices and credit grants show what the API has?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.billing import by, day, decimal
from tests.support.warehouses import time

if TYPE_CHECKING:
    from tests.support.billing import Billing
    from tests.support.rows import Row, Rows


def active(schedules: Rows) -> list[Row]:
    """Return the billing schedules that are active."""
    return [
        one for one in schedules.values() if one["status"] == "ACTIVE" and not one.get("archivedAt")
    ]


def test_active_billing_schedules(billing: Billing) -> None:
    """Billing schedules of other statuses, and archived ones, are left out."""
    wanted = [
        {
            "id": one["id"],
            "label": one.get("label"),
            "customer_id": one["customerId"],
            "customer_name": billing.name_of(one["customerId"]),
            "start_date": day(one["startDate"]),
            "end_date": day(one.get("endDate")),
            "first_billing_date": day(one.get("firstBillingDate")),
            "billing_day": one.get("recurrenceDayOfMonth"),
            "is_auto_issued": one["autoIssueInvoices"],
            "is_auto_charged": one.get("autoCharge"),
            "payment_provider": one.get("paymentProvider"),
            "purchase_order_number": one.get("purchaseOrderNumber"),
            "reference": one.get("reference"),
            "last_invoice_id": one.get("lastInvoiceId"),
            "created_at": time(one["createdAt"]),
            "updated_at": time(one["updatedAt"]),
        }
        for one in active(billing.lists["billing_schedules"])
    ]
    assert 0 < len(wanted) < len(billing.lists["billing_schedules"])
    assert billing.view("active_billing_schedules", "id") == by(wanted, "id")


def test_active_billing_schedule_prices(billing: Billing) -> None:
    """Each price in each phase of an active billing schedule is a row."""
    wanted = [
        {
            "billing_schedule_id": one["id"],
            "customer_id": one["customerId"],
            "phase_position": position,
            "phase_name": phase.get("name"),
            "phase_start_date": day(phase["startDate"]),
            "phase_end_date": day(phase.get("endDate")),
            "price_id": price,
        }
        for one in active(billing.lists["billing_schedules"])
        for position, phase in enumerate(one["phases"], 1)
        for price in phase["priceIds"]
    ]
    assert wanted
    key = ("billing_schedule_id", "phase_position", "price_id")
    assert billing.view("active_billing_schedule_prices", *key) == by(wanted, *key)


SINGLE = {
    "FIXED": "price",
    "ONE_TIME": "price",
    "LINEAR": "pricePerUnit",
    "PACKAGE": "pricePerPackage",
    "SEAT_BASED": "pricePerSeat",
}
"""Where a price of a type stands, if there is a single one."""


def priced(billing: Billing, one: Row) -> Row:
    """Return the row that a price or a list price makes."""
    structure = one["structure"]
    kind = structure["pricingType"]
    single = decimal(structure.get(SINGLE.get(kind, "")))
    is_share = structure.get("isPricePercentage", False)
    return {
        "id": one["id"],
        "name": one["name"],
        "product_id": one["productId"],
        "product_name": billing.lists["products"][one["productId"]]["name"],
        "currency": one["currency"],
        "pricing_type": kind,
        "price": None if is_share or structure.get("tiers") else single,
        "package_size": decimal(structure.get("packageSize")),
        "share_of_usage": single if is_share else None,
        "billing_frequency": one["billingFrequency"],
        "billing_type": one["billingType"],
        "created_at": time(one["createdAt"]),
        "updated_at": time(one.get("updatedAt")),
    }


def in_use(prices: Rows) -> list[Row]:
    """Return the prices that are no drafts."""
    return [one for one in prices.values() if one.get("status") != "DRAFT"]


def test_prices(billing: Billing) -> None:
    """A price is told where it is a single amount, with its product's name; drafts are left out."""
    wanted = [
        {**priced(billing, one), "list_price_id": one.get("listPriceId")}
        for one in in_use(billing.lists["prices"])
    ]
    assert {row["pricing_type"] for row in wanted} == {*SINGLE, "GRADUATED", "VOLUME"}
    assert billing.view("prices", "id") == by(wanted, "id")


def test_list_prices(billing: Billing) -> None:
    """List prices are told as prices are, all of them."""
    wanted = [priced(billing, one) for one in billing.lists["list_prices"].values()]
    assert {row["pricing_type"] for row in wanted} == {*SINGLE, "GRADUATED", "VOLUME"}
    assert billing.view("list_prices", "id") == by(wanted, "id")


def test_price_tiers(billing: Billing) -> None:
    """Each tier of a price that is in use, and of a list price, is a row."""
    prices = [*in_use(billing.lists["prices"]), *billing.lists["list_prices"].values()]
    wanted = [
        {
            "price_id": one["id"],
            "position": position,
            "upper_bound": decimal(tier.get("upperBound")),
            "price": None if tier.get("isPricePercentage") else decimal(tier["price"]),
            "share_of_usage": decimal(tier["price"]) if tier.get("isPricePercentage") else None,
            "min_price": decimal(tier.get("minPrice")),
            "max_price": decimal(tier.get("maxPrice")),
            "fee": decimal(tier.get("fee")),
        }
        for one in prices
        for position, tier in enumerate(one["structure"].get("tiers", []), 1)
    ]
    assert wanted
    key = ("price_id", "position")
    assert billing.view("price_tiers", *key) == by(wanted, *key)


def test_credit_grants(billing: Billing) -> None:
    """A grant is of money or of units, in its former shape too, which are in different columns."""
    wanted = [
        {
            "id": one["id"],
            "name": one["name"],
            "customer_id": one["customerId"],
            "customer_name": billing.name_of(one["customerId"]),
            "currency": one["currency"],
            "amount": one["amount"] if one["creditUnitType"] == "CURRENCY" else None,
            "metric_id": one.get("metricId"),
            "units": one["amount"] if one["creditUnitType"] == "METRIC" else None,
            "cost": one["costOfCredit"],
            "effective_date": day(one.get("effectiveDate")),
            "expiry_date": day(one.get("expiryDate")),
            "credit_note_id": one.get("creditNoteId"),
            "created_at": time(one["createdAt"]),
        }
        for one in billing.lists["credit_grants"].values()
    ]
    assert billing.view("credit_grants", "id") == by(wanted, "id")
    billing.warehouse.database.query(
        'UPDATE sequence.credit_grants SET "creditUnitType" = NULL, amount = NULL, '
        '"originalAmount" = amount, '
        "type = CASE \"creditUnitType\" WHEN 'CURRENCY' THEN 'CASH' ELSE 'USAGE' END"
    )
    assert billing.view("credit_grants", "id") == by(wanted, "id")
