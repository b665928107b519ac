"""Credit granted to customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tap_sequence.singer.child import ChildStream
from tap_sequence.singer.stream import SequenceStream
from tap_sequence.streams.fields import Shape, date, fields, many, number, text, time
from tap_sequence.streams.shapes import integration_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_Grant = Shape(
    text("id", "Id of the credit grant."),
    time("createdAt", "When it was granted."),
    text("customerId", "Id of the customer."),
    text("name", "Currency, or name of the usage metric."),
    text("type", "CASH for money, or USAGE for units of a usage metric."),
    text("currency", "Currency, as its three-letter code."),
    text("metricId", "Id of the usage metric."),
    text("originalAmount", "Amount granted."),
    text("currentBalance", "Amount left."),
    text("costOfCredit", "Amount the customer is charged for it."),
    text("taxRateId", "Id of the tax rate for that charge."),
    date("effectiveDate", "First day it can be used."),
    date("expiryDate", "Last day it can be used."),
    text("sequenceAccountId", "Id of the Sequence account it belongs to."),
)

_Transaction = Shape(
    text("id", "Id of the transaction."),
    date("date", "Date."),
    text("grantId", "Id of the credit grant."),
    text("type", "CREDIT adds to the grant, DEBIT takes from it."),
    text("amount", "Money or units that are added or taken."),
    text("reason", "Reason."),
    text("invoiceId", "Id of the invoice that used it."),
    text("billingRunId", "Id of the billing run that used it."),
)


class CreditGrantsStream(SequenceStream):
    """Credit grants: money or usage that customers can draw on.

    Source: `GET /credits`, all versions, with fields that version 2024-07-30 had until June 2026.
    """

    name = "credit_grants"
    path = "/credits"
    vanishing = True
    primary_keys = ("id",)
    replication_key = None
    schema = fields(
        text("id", "Id of the credit grant.", key=True),
        time("createdAt", "When it was granted."),
        text("customerId", "Id of the customer."),
        text("name", "Name."),
        text("creditUnitType", "CURRENCY for money, or METRIC for usage."),
        text("currency", "Currency of the money, as its three-letter code."),
        text("metricId", "Id of the usage metric."),
        number("amount", "Amount granted: money in the currency, or units of the metric."),
        number("costOfCredit", "Amount the customer is charged for it."),
        text("taxRateId", "Id of the tax rate for that charge."),
        date("effectiveDate", "First day it can be used."),
        date("expiryDate", "Last day it can be used."),
        text("creditNoteId", "Id of the credit note it came from (version 2024-07-30 on)."),
        many(
            "integrationIds",
            integration_of("credit grant"),
            "The grant in integrated services (version 2024-07-30 on).",
        ),
        text("type", "Kind of credit (version 2024-07-30, until June 2026)."),
        number("originalAmount", "Amount granted (version 2024-07-30, until June 2026)."),
        number("currentBalance", "Amount left (version 2024-07-30, until June 2026)."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to."),
    )


class CreditBalancesStream(ChildStream):
    """Credit balances: what each customer has left of each currency and usage metric.

    Source: `GET /credits/{customerId}/balances`, all versions, for customers with a credit grant.
    """

    name = "credit_balances"
    path = "/credits/{customerId}/balances"
    form = "items"
    parent = CreditGrantsStream
    added: ClassVar[Mapping[str, str]] = {"customerId": "customerId"}
    primary_keys = ("customerId", "id")
    replication_key = None
    selected_by_default = False
    schema = fields(
        text("customerId", "Id of the customer; added by the tap.", key=True),
        text("id", "Currency, as its three-letter code, or id of the usage metric.", key=True),
        text("type", "CASH for money, or USAGE for units of a usage metric."),
        text("name", "Currency, or name of the usage metric."),
        number("balance", "Amount left: money in the currency, or units of the metric."),
        many("grants", _Grant, "The credit grants that it is made of."),
        many("transactions", _Transaction, "What was granted and used."),
    )
