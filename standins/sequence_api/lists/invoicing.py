"""Invoices and credit notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from standins.sequence_api.described import Description
from standins.sequence_api.lineage import Sizes
from standins.sequence_api.lists.common import ADDRESS, KEY_VALUES, LINKED_SERVICES, MERCHANT
from standins.sequence_api.makers import (
    account,
    code,
    company,
    created,
    currency,
    day,
    decimal,
    email,
    flag,
    gross,
    key,
    memo,
    moment,
    net,
    numbered,
    of,
    one,
    tax,
    those,
    updated,
    whole,
)
from standins.sequence_api.parameters import (
    PAGES,
    SORTED,
    UNSERVED,
    all_but,
    contains,
    earlier,
    either,
    equal,
    hiding,
    later,
    same_number,
    takes,
)
from standins.sequence_api.shapes import Many, Pool, Shape, has

if TYPE_CHECKING:
    from standins.sequence_api.shapes import Maker

_CUSTOMER: dict[str, Maker] = {
    "customerEmails": Pool(Many(email)),
    "customerLegalCompanyName": Pool(company),
    "customerBillingAddress": ADDRESS,
    "customerShippingAddress": ADDRESS,
}
_TOTALS = {"netTotal": net, "totalTax": tax, "grossTotal": gross}

_STATUS = equal("status", "IN_PROGRESS", "DRAFT", "FINAL", "SENT", "VOIDED")
_PAID = ("UNPAID", "PARTIALLY_PAID", "PAID", "UNCOLLECTIBLE")

INVOICES: Final = Description(
    name="invoices",
    path="/invoices",
    ordered=True,
    share=4,
    lines=Sizes(low=3, high=10, none=0.03, many=0.005, vanish=True),
    empty=0.05,
    shape=Shape(
        has(
            "RRR",
            id=key,
            sequenceAccountId=account,
            status=one("IN_PROGRESS", "DRAFT", "FINAL", "SENT", "SENT", "SENT", "VOIDED"),
            currency=currency,
            **_CUSTOMER,
            customerId=of("billing_schedules", "customers"),
            **_TOTALS,
            metadata=KEY_VALUES,
            paymentStatus=one(*_PAID),
            createdAt=created,
            creditNoteIds=those("credit_notes"),
            linkedServices=LINKED_SERVICES,
            accountingDate=day(-30, 30),
            renderSettings=Shape(
                has("RRR", paymentLinkDisplay=one("SHOW_PAYMENT_LINK", "HIDE_PAYMENT_LINK"))
            ),
        ),
        has(
            "ooo",
            invoiceNumber=numbered("INV-"),
            dueDate=day(0, 60),
            purchaseOrderNumber=code("PO {:06d}"),
            reference=memo,
            memo=memo,
            paymentOptions=one(["BANK_TRANSFER"], ["LINK"], ["BANK_TRANSFER", "LINK"], []),
            billingPeriod=Shape(has("RRR", start=day(-31, -28), endInclusive=day(-1, 0))),
            merchantDetails=MERCHANT,
            customerTaxStatus=one("TAXED", "TAX_EXEMPT", "REVERSE_CHARGED"),
        ),
        has("-RR", isCustomerArchived=flag),
        has("--R", updatedAt=updated),
        has(
            "-oo",
            billingScheduleId=of("billing_schedules"),
            issueDate=day(0, 3),
            customerTaxId=code("GB{:09d}"),
            creditBalances=code("Prepaid balance: {}/100000000 (expiring on 4 May 2027)"),
            dunningStatus=one(
                "SCHEDULED", "OVERDUE_CHECK_SCHEDULED", "COMPLETED", "FAILED", "NOT_REQUIRED"
            ),
            calculatedAt=moment(0, 1),
        ),
    ),
    parameters=[
        *PAGES,
        *SORTED,
        *takes(
            "ooo",
            invoiceStatus=_STATUS,
            invoicePaymentStatus=equal("paymentStatus", *_PAID, "FAILED"),
            customerId=equal("customerId"),
            billingScheduleId=equal("billingScheduleId"),
            dueBefore=earlier("dueDate"),
            dueAfter=later("dueDate"),
            sentBefore=UNSERVED,
            sentAfter=UNSERVED,
            invoiceBefore=UNSERVED,
            invoiceAfter=UNSERVED,
            excludeZeroQuantity=hiding(lambda row: row.empty, "true"),
            invoiceCurrency=either("currency"),
        ),
        *takes(
            "--o",
            search=contains("invoiceNumber"),
            invoiceNumber=equal("invoiceNumber"),
            netTotal=same_number("netTotal"),
            excludeInvoiceStatus=all_but(_STATUS),
            excludeInvoicePaymentStatus=all_but(equal("paymentStatus", *_PAID)),
            excludeCustomerId=all_but(either("customerId")),
            excludeBillingScheduleId=all_but(either("billingScheduleId")),
            excludeInvoiceCurrency=all_but(either("currency")),
            excludeInvoiceNumber=all_but(either("invoiceNumber")),
            excludeNetTotal=all_but(same_number("netTotal")),
            excludeSearch=all_but(contains("invoiceNumber")),
        ),
    ],
)

_APPLICATION = Shape(
    has("RRR", invoiceId=of("invoices"), amount=decimal, appliedAt=moment(0, 30)),
    has("ooo", invoiceNumber=numbered("INV-", "invoices")),
)

CREDIT_NOTES: Final = Description(
    name="credit_notes",
    path="/credit-notes",
    ordered=True,
    share=0.4,
    lines=Sizes(low=1, high=5, none=0.03, many=0.005, vanish=True),
    shape=Shape(
        has(
            "RRR",
            id=key,
            sequenceAccountId=account,
            status=one("DRAFT", "FINAL", "SENT", "VOIDED"),
            currency=currency,
            customerId=of("invoices", "billing_schedules", "customers"),
            **_CUSTOMER,
            **_TOTALS,
            metadata=KEY_VALUES,
            linkedServices=LINKED_SERVICES,
        ),
        has(
            "ooo",
            invoiceId=of("invoices"),
            invoiceNumber=numbered("INV-", "invoices"),
            issueDate=day(0, 3),
            billingPeriodStart=moment(-31, -28),
            billingPeriodEnd=moment(-1, 0),
            creditNoteNumber=numbered("CN-"),
            purchaseOrderNumber=code("PO {:06d}"),
            memo=memo,
            merchantDetails=MERCHANT,
        ),
        has(
            "--R",
            applications=Many(_APPLICATION, 1),
            settings=Shape(has("RRR", generateCashCreditGrant=one("ENABLED", "DISABLED"))),
        ),
        has(
            "--o",
            billingScheduleId=of("invoices", "billing_schedules"),
            customerTaxId=code("GB{:09d}"),
            applicationStatus=one("UNAPPLIED", "PARTIALLY_APPLIED", "FULLY_APPLIED", "UNKNOWN"),
            balance=decimal,
            balanceVersion=whole(0, 1 << 40),
            accountingDate=day(-30, 30),
        ),
    ),
    parameters=[
        *PAGES,
        *SORTED,
        *takes(
            "ooo",
            creditNoteStatus=equal("status", "DRAFT", "FINAL", "SENT", "VOIDED"),
            customerId=equal("customerId"),
            sentBefore=UNSERVED,
            sentAfter=UNSERVED,
        ),
        *takes("--o", searchCreditNoteNumber=contains("creditNoteNumber")),
    ],
)
