"""Invoices and credit notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tap_sequence.singer.stream import SequenceStream
from tap_sequence.streams.fields import (
    Shape,
    date,
    fields,
    flag,
    many,
    number,
    shape,
    text,
    texts,
    time,
    whole,
)
from tap_sequence.streams.shapes import (
    Address,
    InclusiveDateRange,
    KeyValue,
    LinkedService,
    MerchantDetails,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_RenderSettings = Shape(
    text("paymentLinkDisplay", "Whether a payment link is shown."),
)

_Application = Shape(
    text("invoiceId", "Id of the invoice."),
    text("invoiceNumber", "Number of the invoice."),
    text("amount", "Amount applied, in the credit note's currency."),
    time("appliedAt", "When it was applied."),
)

_CreditNoteSettings = Shape(
    text("generateCashCreditGrant", "Whether sending it creates a credit grant."),
)


class InvoicesStream(SequenceStream):
    """Invoices, from those in progress to those that were voided.

    Source: `GET /invoices`, all versions. The list has no line items.
    """

    name = "invoices"
    path = "/invoices"
    vanishing = True
    primary_keys = ("id",)
    replication_key = "updatedAt"
    ordered = True
    dated = True
    sends: ClassVar[Mapping[str, str]] = {"excludeZeroQuantity": "false"}
    schema = fields(
        text("id", "Id of the invoice.", key=True),
        time("createdAt", "When the invoice was created."),
        time("updatedAt", "When it last changed (version 2024-07-30 on)."),
        time("calculatedAt", "When its amounts were last calculated (version 2024-05-09 on)."),
        text("invoiceNumber", "Invoice number, once it has one."),
        text("status", "Status, such as DRAFT or SENT."),
        text("paymentStatus", "Payment status, such as UNPAID or PAID."),
        text("dunningStatus", "Status of payment reminders (version 2024-05-09 on)."),
        text("currency", "Currency of its amounts, as its three-letter code."),
        number("netTotal", "Total before tax, in the invoice's currency."),
        number("totalTax", "Total tax, in the invoice's currency."),
        number("grossTotal", "Total including tax, in the invoice's currency."),
        shape("billingPeriod", InclusiveDateRange, "Period that is billed."),
        date("issueDate", "Date of issue (version 2024-05-09 on)."),
        date("dueDate", "Date by which to pay."),
        date("accountingDate", "Date that counts for accounting."),
        text("customerId", "Id of the customer."),
        text("customerLegalCompanyName", "Registered name of the customer."),
        texts("customerEmails", "E-mail addresses it is sent to."),
        shape("customerBillingAddress", Address, "Billing address of the customer."),
        shape("customerShippingAddress", Address, "Shipping address of the customer."),
        text("customerTaxStatus", "How the customer is taxed, such as TAXED or TAX_EXEMPT."),
        text("customerTaxId", "Tax number of the customer (version 2024-05-09 on)."),
        flag("isCustomerArchived", "Whether the customer is archived (version 2024-05-09 on)."),
        text("billingScheduleId", "Id of its billing schedule (version 2024-05-09 on)."),
        texts("creditNoteIds", "Ids of its credit notes."),
        text("creditBalances", "Remaining credit, in words (version 2024-05-09 on)."),
        text("purchaseOrderNumber", "Purchase order number of the customer."),
        text("reference", "Reference shown on the invoice."),
        text("memo", "Note to the customer."),
        texts("paymentOptions", "Ways to pay, such as BANK_TRANSFER."),
        many("metadata", KeyValue, "The account's own properties."),
        many("linkedServices", LinkedService, "The invoice in integrated services."),
        shape("renderSettings", _RenderSettings, "How it is displayed."),
        shape("merchantDetails", MerchantDetails, "The business that invoices, with bank details."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to."),
    )


class CreditNotesStream(SequenceStream):
    """Credit notes, which correct an invoice or can be applied to others.

    Source: `GET /credit-notes`, all versions. The list has no line items.
    """

    name = "credit_notes"
    path = "/credit-notes"
    vanishing = True
    primary_keys = ("id",)
    replication_key = None
    ordered = True
    schema = fields(
        text("id", "Id of the credit note.", key=True),
        text("creditNoteNumber", "Credit note number, once it has one."),
        text("status", "Status, such as DRAFT or SENT."),
        text("applicationStatus", "How far it has been applied to invoices (2024-07-30 on)."),
        text("currency", "Currency of its amounts, as its three-letter code."),
        number("netTotal", "Total before tax, in the credit note's currency."),
        number("totalTax", "Total tax, in the credit note's currency."),
        number("grossTotal", "Total including tax, in the credit note's currency."),
        number("balance", "Amount still to be applied, in its currency (2024-07-30 on)."),
        whole("balanceVersion", "Number that grows when the balance changes (2024-07-30 on)."),
        many("applications", _Application, "Invoices it was applied to (version 2024-07-30 on)."),
        date("issueDate", "Date of issue."),
        date("accountingDate", "Date that counts for accounting (version 2024-07-30 on)."),
        time("billingPeriodStart", "Start of the period that is credited."),
        time("billingPeriodEnd", "End of the period that is credited."),
        text("invoiceId", "Id of the invoice it corrects."),
        text("invoiceNumber", "Number of that invoice."),
        text("billingScheduleId", "Id of its billing schedule (version 2024-07-30 on)."),
        text("customerId", "Id of the customer."),
        text("customerLegalCompanyName", "Registered name of the customer."),
        texts("customerEmails", "E-mail addresses it is sent to."),
        shape("customerBillingAddress", Address, "Billing address of the customer."),
        shape("customerShippingAddress", Address, "Shipping address of the customer."),
        text("customerTaxId", "Tax number of the customer (version 2024-07-30 on)."),
        text("purchaseOrderNumber", "Purchase order number of the customer."),
        text("memo", "Note to the customer."),
        many("metadata", KeyValue, "The account's own properties."),
        many("linkedServices", LinkedService, "The credit note in integrated services."),
        shape("settings", _CreditNoteSettings, "Its settings (version 2024-07-30 on)."),
        shape("merchantDetails", MerchantDetails, "The business that credits, with bank details."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to."),
    )
