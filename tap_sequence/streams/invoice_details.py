"""What only an invoice itself tells, and the list of invoices doesn't."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tap_sequence.singer.child import ChildStream
from tap_sequence.streams.fields import (
    Shape,
    fields,
    many,
    number,
    shape,
    text,
    texts,
    time,
    whole,
)
from tap_sequence.streams.invoicing import InvoicesStream
from tap_sequence.streams.shapes import INVOICE_UPDATED_AT, Attachment

if TYPE_CHECKING:
    from collections.abc import Mapping

_IntegrationPaymentStatuses = Shape(
    text("stripe", "Status in Stripe, such as PENDING or PAID."),
    text("goCardless", "Status in GoCardless, such as PENDING or PAID."),
)

_AppliedLineItem = Shape(
    text("name", "Name."),
    text("netTotal", "Total before tax, in the invoice's currency."),
    text("grossTotal", "Total including tax, in the invoice's currency."),
    texts("invoiceLineItemIds", "Ids of the invoice's line items that it corrects."),
)

_AppliedCreditNote = Shape(
    text("id", "Id of the credit note."),
    text("creditNoteNumber", "Number of the credit note."),
    text("netTotal", "Total before tax, in the invoice's currency."),
    text("totalTax", "Total tax, in the invoice's currency."),
    text("grossTotal", "Total including tax, in the invoice's currency."),
    many("lineItems", _AppliedLineItem, "Line items of the credit note."),
)

_AppliedCreditGrant = Shape(
    text("creditGrantId", "Id of the credit grant; absent if Sequence can't tell which it was."),
    text("creditGrantName", "Name of the credit grant."),
    text("amount", "Amount applied, before tax, in the invoice's currency."),
    text("taxAmount", "Tax credited with it; absent if there was none."),
    text("status", "APPLIED, or PROJECTED as long as it is only expected."),
)

_ProjectedCreditGrant = Shape(
    text("creditGrantId", "Id of the credit grant; absent if Sequence can't tell which it is."),
    text("creditGrantName", "Name of the credit grant."),
    text("amount", "Amount expected, before tax, in the invoice's currency."),
)

_PaymentAllocation = Shape(
    text("paymentId", "Id of the payment."),
    text("amount", "Amount of it that pays the invoice, in the invoice's currency."),
    time("allocatedAt", "When that was recorded."),
    time("paidAt", "When it was paid."),
    text("origin", "MANUAL, or the payment service that reported it, such as STRIPE."),
)


class InvoiceDetailsStream(ChildStream):
    """What is owed and was paid on each invoice, and the credit that was applied to it.

    Source: `GET /invoices/{id}`, all versions, without what `invoices` has. Versions before
    2024-07-30 have nothing but that.
    """

    name = "invoice_details"
    path = "/invoices/{id}"
    form = "object"
    parent = InvoicesStream
    added: ClassVar[Mapping[str, str]] = {"invoiceUpdatedAt": "updatedAt"}
    primary_keys = ("id",)
    replication_key = "invoiceUpdatedAt"
    selected_by_default = False
    schema = fields(
        text("id", "Id of the invoice.", key=True),
        INVOICE_UPDATED_AT,
        number("balance", "Amount owed, in the invoice's currency (version 2024-07-30 on)."),
        whole("balanceVersion", "Number that grows when the balance changes (2024-07-30 on)."),
        many(
            "paymentAllocations",
            _PaymentAllocation,
            "Payments that pay the invoice (version 2024-07-30 on).",
        ),
        many(
            "appliedCreditNotes",
            _AppliedCreditNote,
            "Credit notes that were applied to it (version 2024-07-30 on).",
        ),
        many(
            "appliedCreditGrants",
            _AppliedCreditGrant,
            "Credit grants that were applied to it (version 2024-07-30 on).",
        ),
        many(
            "projectedCreditGrants",
            _ProjectedCreditGrant,
            "Credit grants expected to be applied when it is finalised (version 2024-07-30 on).",
        ),
        shape(
            "integrationPaymentStatuses",
            _IntegrationPaymentStatuses,
            "Payment status in integrated services (version 2024-07-30 on).",
        ),
        whole("paymentTermDays", "Days until it is to be paid (version 2024-07-30 on)."),
        text("dueDateSource", "MANUAL, or CALCULATED from these days (version 2024-07-30 on)."),
        text("billingRunId", "Id of the billing run (version 2024-07-30 on)."),
        many("attachmentAssets", Attachment, "Attached files (version 2024-07-30 on)."),
    )


class InvoiceCurrencyConversionsStream(ChildStream):
    """Totals of invoices in other currencies.

    Source: `GET /invoices/{id}/currency-conversions`, version 2024-07-30.
    """

    name = "invoice_currency_conversions"
    path = "/invoices/{id}/currency-conversions"
    form = "items"
    parent = InvoicesStream
    added: ClassVar[Mapping[str, str]] = {"invoiceUpdatedAt": "updatedAt"}
    versions = frozenset({"2024-07-30"})
    primary_keys = ("id",)
    replication_key = "invoiceUpdatedAt"
    selected_by_default = False
    schema = fields(
        text("id", "Id of the conversion.", key=True),
        text("invoiceId", "Id of the invoice."),
        INVOICE_UPDATED_AT,
        time("updatedAt", "When the conversion last changed."),
        text("currency", "Currency that is converted to, as its three-letter code."),
        number("exchangeRate", "Exchange rate."),
        number("netTotal", "Total before tax, in that currency."),
        number("totalTax", "Total tax, in that currency."),
        number("grossTotal", "Total including tax, in that currency."),
    )
