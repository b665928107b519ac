"""Tax rates and registrations."""

from __future__ import annotations

from tap_sequence.singer.stream import SequenceStream
from tap_sequence.streams.fields import array, fields, flag, number, text, time, whole


class TaxRatesStream(SequenceStream):
    """Tax rates, one row per version of a rate that Sequence lists.

    Source: `GET /tax-rates`, versions 2024-01-01 and 2024-07-30.
    """

    name = "tax_rates"
    path = "/tax-rates"
    vanishing = True
    versions = frozenset({"2024-01-01", "2024-07-30"})
    primary_keys = ("id", "versionId")
    replication_key = None
    schema = fields(
        text("id", "Id of the tax rate.", key=True),
        text("versionId", "Id of the version.", key=True),
        whole("version", "Number of the version; the highest is the latest."),
        time("updatedAt", "When it last changed (version 2024-07-30 on)."),
        flag("isPublished", "Whether the version is published."),
        flag("isArchived", "Whether it is archived."),
        text("name", "Full name."),
        text("invoiceName", "Name on invoices."),
        text("invoiceShortName", "Short name on invoices."),
        text("description", "Description."),
        number("amount", "The rate, from 0 to 100."),
        text("country", "Country where it applies, as its two-letter code."),
        text("region", "Region where it applies."),
        text("taxCategoryId", "Id of the tax category."),
        array("subRates", "Rates it consists of (version 2024-01-01)."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to (version 2024-01-01)."),
    )


class TaxRegistrationsStream(SequenceStream):
    """Tax registrations of customers and of the account's own business.

    Source: `GET /tax-registrations`, versions 2024-01-01 and 2024-07-30.
    """

    name = "tax_registrations"
    path = "/tax-registrations"
    vanishing = True
    versions = frozenset({"2024-01-01", "2024-07-30"})
    primary_keys = ("id",)
    replication_key = None
    schema = fields(
        text("id", "Id of the tax registration.", key=True),
        text("taxIdentifier", "The tax number."),
        text("country", "Country of registration, as its two-letter code."),
        text("state", "State of registration, as its code."),
        text("customerId", "Id of the customer, for a customer's registration."),
        text("merchantId", "Id of the account's own business, for its registrations."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to."),
    )
