"""Line items of invoices and credit notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tap_sequence.singer.child import ChildStream
from tap_sequence.streams.fields import (
    Shape,
    date,
    fields,
    many,
    number,
    shape,
    text,
    time,
    whole,
)
from tap_sequence.streams.invoicing import CreditNotesStream, InvoicesStream
from tap_sequence.streams.shapes import (
    INVOICE_UPDATED_AT,
    InclusiveDateRange,
    KeyValue,
    NamedReference,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_ServicePeriod = Shape(
    date("startDate", "First day."),
    date("endDate", "Last day."),
)

_LINE_ITEM = (
    whole("index", "Number that the line items are sorted by."),
    text("title", "Title."),
    text("description", "Description."),
    number("quantity", "Quantity."),
    number("rate", "Price of one."),
    text("rateDisplay", "Whether the rate is shown as it is (ABSOLUTE) or as a PERCENTAGE."),
    number("taxRate", "Tax rate as a fraction, such as 0.2."),
    number("netTotal", "Total before tax, in the document's currency."),
    number("totalTax", "Total tax, in the document's currency."),
    number("grossTotal", "Total including tax, in the document's currency."),
    text("priceId", "Id of the price."),
    text("productId", "Id of the product (version 2024-07-30 on)."),
    text("revenueRecognitionMethod", "How revenue is recognised (version 2024-07-30 on)."),
    many("externalIds", KeyValue, "The line item in integrated services."),
)
"""Fields of line items that mean the same in invoices and in credit notes."""

_GROUP = (
    whole("index", "Number that the groups are sorted by."),
    text("title", "Title."),
    text("description", "Description."),
    number("netTotal", "Total before tax, in the document's currency."),
    number("totalTax", "Total tax, in the document's currency."),
    number("grossTotal", "Total including tax, in the document's currency."),
)
"""Fields of groups of line items that mean the same in invoices and in credit notes."""


class InvoiceLineItemsStream(ChildStream):
    """Line items of invoices.

    Source: `GET /invoices/{id}/line-items`, all versions.
    """

    name = "invoice_line_items"
    path = "/invoices/{id}/line-items"
    parent = InvoicesStream
    added: ClassVar[Mapping[str, str]] = {"invoiceUpdatedAt": "updatedAt"}
    primary_keys = ("id",)
    replication_key = "invoiceUpdatedAt"
    selected_by_default = False
    schema = fields(
        text("id", "Id of the line item.", key=True),
        text("invoiceId", "Id of the invoice."),
        INVOICE_UPDATED_AT,
        text("groupId", "Id of its group."),
        *_LINE_ITEM,
        shape("servicePeriod", _ServicePeriod, "Period in which the service was provided."),
        time("servicePeriodStart", "Start of that period."),
        time("servicePeriodEnd", "End of that period."),
        text("revenueClassification", "PREPAYMENT, EARNED or BURNDOWN."),
        text("creditGrantId", "Id of the credit grant."),
    )


class InvoiceLineItemGroupsStream(ChildStream):
    """Groups of line items of invoices.

    Source: `GET /invoices/{id}/line-item-groups`, all versions.
    """

    name = "invoice_line_item_groups"
    path = "/invoices/{id}/line-item-groups"
    parent = InvoicesStream
    added: ClassVar[Mapping[str, str]] = {"invoiceUpdatedAt": "updatedAt"}
    primary_keys = ("id",)
    replication_key = "invoiceUpdatedAt"
    selected_by_default = False
    schema = fields(
        text("id", "Id of the group.", key=True),
        text("invoiceId", "Id of the invoice."),
        INVOICE_UPDATED_AT,
        *_GROUP,
        shape("taxCategory", NamedReference, "Its tax category (version 2024-05-09 on)."),
    )


class CreditNoteLineItemsStream(ChildStream):
    """Line items of credit notes.

    Source: `GET /credit-notes/{id}/line-items`, all versions.
    """

    name = "credit_note_line_items"
    path = "/credit-notes/{id}/line-items"
    parent = CreditNotesStream
    primary_keys = ("id",)
    replication_key = None
    selected_by_default = False
    schema = fields(
        text("id", "Id of the line item.", key=True),
        text("creditNoteId", "Id of the credit note."),
        text("lineItemId", "Id of the invoice's line item that it corrects."),
        text("groupId", "Id of its group."),
        *_LINE_ITEM,
        shape(
            "servicePeriod",
            InclusiveDateRange,
            "Period in which the service was provided (version 2024-07-30 on).",
        ),
        text("revenueClassification", "PREPAYMENT, EARNED or BURNDOWN (version 2024-07-30 on)."),
    )


class CreditNoteLineItemGroupsStream(ChildStream):
    """Groups of line items of credit notes.

    Source: `GET /credit-notes/{id}/line-item-groups`, all versions.
    """

    name = "credit_note_line_item_groups"
    path = "/credit-notes/{id}/line-item-groups"
    parent = CreditNotesStream
    primary_keys = ("id",)
    replication_key = None
    selected_by_default = False
    schema = fields(
        text("id", "Id of the group.", key=True),
        text("creditNoteId", "Id of the credit note."),
        text("lineItemGroupId", "Id of the invoice's group that it corrects."),
        *_GROUP,
    )
