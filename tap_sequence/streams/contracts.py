"""Contracts: billing schedules, discounts and quotes."""

from __future__ import annotations

from tap_sequence.singer.stream import SequenceStream
from tap_sequence.streams.fields import (
    Shape,
    array,
    date,
    fields,
    flag,
    many,
    number,
    text,
    text_map,
    texts,
    time,
    whole,
)
from tap_sequence.streams.shapes import (
    PRICING,
    Attachment,
    KeyValue,
    PriceParameter,
    integration_of,
)

_TaxRate = Shape(
    text("priceId", "Id of the price."),
    text("taxRateId", "Id of its tax rate."),
)

_Price = Shape(
    text("id", "Id of the price."),
    *PRICING,
    text("status", "DRAFT until it is approved, then ACTIVE (version 2024-07-30 on)."),
    text("listPriceId", "Id of the list price it was made from."),
    many("integrationIds", integration_of("price"), "The price in integrated services."),
    many("customMetricParameters", PriceParameter, "Parameters of its usage metric."),
    time("deletedAt", "When it was deleted (versions before 2024-07-30)."),
    many("externalIds", KeyValue, "The price in other systems (versions before 2024-07-30)."),
    many("parameters", PriceParameter, "Parameters of its usage metric (before 2024-07-30)."),
    text("sequenceAccountId", "Id of the account it belongs to (versions before 2024-07-30)."),
)

_PhaseDiscount = Shape(
    text("id", "Id of the discount (version 2024-07-30 on)."),
    text("type", "PERCENTAGE, or NOMINAL for an amount of money."),
    number("amount", "Amount of the discount: percent or money."),
    text("message", "Text on invoices."),
    texts("restrictToPrices", "Ids of the prices it applies to; all if empty."),
    flag("separateLineItem", "Whether it is a separate line on invoices."),
    text("seatDiscountType", "Seats it applies to, such as ALL_SEATS (version 2024-07-30 on)."),
)

_PhaseMinimum = Shape(
    text("id", "Id of the minimum."),
    time("createdAt", "When it was created."),
    time("updatedAt", "When it last changed."),
    number("amount", "Minimum charge."),
    texts("restrictToPrices", "Ids of the prices that count towards it."),
    text("billingScheduleId", "Id of its billing schedule."),
    text("phaseId", "Id of its phase."),
    text("sequenceAccountId", "Id of the Sequence account it belongs to."),
)

_PhaseCreditGrant = Shape(
    text("id", "Id of the grant."),
    text("name", "Name."),
    text("creditUnitType", "CURRENCY for money, or METRIC for usage."),
    text("currency", "Currency of the money, as its three-letter code."),
    number("amount", "Amount granted each time."),
    number("costOfCredit", "Amount the customer is charged for it."),
    text("taxRateId", "Id of the tax rate for that charge."),
    text("grantRefreshFrequency", "How often it is granted again, such as MONTHLY."),
    text("rolloverMode", "When unused credit carries over, such as ON_GRANT_REFRESH."),
    texts("restrictToPrices", "Ids of the prices it can be used for."),
)

_PhasePrice = Shape(
    text("priceId", "Id of the price."),
    text("arrCalculation", "INCLUDE or EXCLUDE: whether it counts towards ARR."),
)

_Phase = Shape(
    text("id", "Id of the phase."),
    time("createdAt", "When it was created."),
    text("name", "Name (version 2024-07-30 on)."),
    date("startDate", "First day."),
    date("endDate", "Last day; absent if open-ended."),
    text("billingScheduleId", "Id of its billing schedule."),
    text("externalContractRef", "Contract it belongs to in another system (2024-07-30 on)."),
    text(
        "recurrencePreference",
        "Whether billing dates continue from the previous phase (2024-07-30 on).",
    ),
    texts("priceIds", "Ids of the prices that are billed."),
    many("phasePriceMetadata", _PhasePrice, "More about these prices (version 2024-07-30 on)."),
    many("discounts", _PhaseDiscount, "Discounts in the phase."),
    many("minimums", _PhaseMinimum, "Minimum charges."),
    many("creditGrants", _PhaseCreditGrant, "Credit granted in the phase (version 2024-07-30 on)."),
)


class BillingSchedulesStream(SequenceStream):
    """Billing schedules: what customers are billed, and when.

    Source: `GET /billing-schedules`, all versions.
    """

    name = "billing_schedules"
    path = "/billing-schedules"
    primary_keys = ("id",)
    replication_key = "updatedAt"
    ordered = True
    archived = "includeArchivedSchedules"
    schema = fields(
        text("id", "Id of the billing schedule.", key=True),
        time("createdAt", "When it was created."),
        time("updatedAt", "When it last changed."),
        time("archivedAt", "When it was archived; absent while it is not."),
        text("customerId", "Id of the customer."),
        text("status", "Status, such as DRAFT or ACTIVE."),
        text("label", "The account's own label for it."),
        date("startDate", "First day."),
        date("endDate", "Last day; absent if open-ended."),
        date("firstBillingDate", "Date of the first invoice."),
        whole("recurrenceDayOfMonth", "Day of the month of recurring invoices."),
        many("phases", _Phase, "Phases, each with its own prices."),
        many("prices", _Price, "Prices that are billed."),
        many("taxRates", _TaxRate, "Tax rates by price."),
        flag("autoIssueInvoices", "Whether invoices are sent automatically."),
        flag("rollUpBilling", "Whether roll-up billing is on."),
        whole("defaultDueDateDays", "Days from issue to due date (version 2024-07-30 on)."),
        text("paymentProvider", "Payment provider, such as STRIPE (version 2024-07-30 on)."),
        flag("autoCharge", "Whether payments are collected automatically (2024-07-30 on)."),
        text("purchaseOrderNumber", "Purchase order number for invoices."),
        text("reference", "Reference for invoices."),
        text("memo", "Note to the customer (version 2024-07-30 on)."),
        text("lastInvoiceId", "Id of its latest invoice."),
        text("contractId", "Id of the contract it was made from (version 2024-07-30 on)."),
        text_map("customFields", "The account's own properties (version 2024-07-30 on)."),
        many(
            "integrationIds",
            integration_of("billing schedule"),
            "The schedule in integrated services (version 2024-05-09 on).",
        ),
        many("attachmentAssets", Attachment, "Attached files (version 2024-05-09 on)."),
        array("priceIds", "Ids of its prices (versions before 2024-07-30)."),
        text("type", "Kind of schedule, such as PHASES (versions before 2024-07-30)."),
        text("timeTravellerId", "Id of its time traveller (versions before 2024-07-30)."),
        text("sequenceAccountId", "Id of the account it belongs to (versions before 2024-07-30)."),
    )


class DiscountsStream(SequenceStream):
    """Discounts in billing schedules.

    Source: `GET /discounts`, all versions.
    """

    name = "discounts"
    path = "/discounts"
    vanishing = True
    primary_keys = ("id",)
    replication_key = "updatedAt"
    schema = fields(
        text("id", "Id of the discount.", key=True),
        time("createdAt", "When it was created."),
        time("updatedAt", "When it last changed."),
        text("billingScheduleId", "Id of its billing schedule."),
        text("phaseId", "Id of its phase."),
        texts("priceIds", "Ids of the prices it applies to; all if empty."),
        text("discountCalculationType", "PERCENTAGE, or NOMINAL for an amount of money."),
        number("amount", "Amount of the discount: percent or money."),
        text("seatDiscountType", "Seats it applies to, such as ALL_SEATS (version 2024-07-30 on)."),
        text("message", "Text on invoices."),
        flag("separateLineItem", "Whether it is a separate line on invoices."),
        date("validFrom", "First day it applies."),
        date("validTo", "Last day it applies."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to."),
    )


class QuotesStream(SequenceStream):
    """Quotes, from drafts to executed ones.

    Source: `GET /quotes`, version 2024-07-30.
    """

    name = "quotes"
    path = "/quotes"
    versions = frozenset({"2024-07-30"})
    primary_keys = ("id",)
    replication_key = "updatedAt"
    ordered = True
    archived = "includeArchived"
    dated = True
    schema = fields(
        text("id", "Id of the quote.", key=True),
        time("createdAt", "When the quote was created."),
        time("updatedAt", "When it last changed."),
        time("archivedAt", "When it was archived; absent while it is not."),
        text("quoteNumber", "Quote number."),
        text("title", "Title."),
        text("status", "Status, such as DRAFT or PUBLISHED."),
        text("dealType", "Kind of deal, such as NEW_BUSINESS or RENEWAL."),
        text("customerId", "Id of the customer."),
        text("createdBy", "Id of the user who created it."),
        text("currency", "Currency, as its three-letter code."),
        date("preliminaryBillingStartDate", "Date on which billing would start."),
        time("publishedAt", "When it was published."),
        date("expiresAt", "Last day it can be accepted."),
        whole("expiryDays", "Number of days from publication to expiry."),
        flag("isExpired", "Whether it has expired."),
        time("acceptedAt", "When it was accepted."),
        time("executedAt", "When it was executed."),
        text("billingScheduleId", "Id of the billing schedule it led to, once executed."),
    )
