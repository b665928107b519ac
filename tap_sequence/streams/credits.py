"""Credit granted to customers."""

from __future__ import annotations

from tap_sequence.singer.stream import SequenceStream
from tap_sequence.streams.fields import date, fields, many, number, text, time
from tap_sequence.streams.shapes import integration_of


class CreditGrantsStream(SequenceStream):
    """Credit grants: money or usage that customers can draw on.

    Source: `GET /credits`, all versions, with fields that version 2024-07-30 had until June 2026.
    """

    name = "credit_grants"
    path = "/credits"
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
