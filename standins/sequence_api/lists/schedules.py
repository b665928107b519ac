"""Billing schedules, their discounts, and quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from standins.sequence_api.chance import ABSENT
from standins.sequence_api.described import Description, Embedded
from standins.sequence_api.lists.catalogue import PRICES
from standins.sequence_api.lists.common import ASSETS, INTEGRATION_IDS
from standins.sequence_api.lists.taxes import tax_rate
from standins.sequence_api.makers import (
    account,
    archived,
    created,
    currency,
    day,
    derived,
    flag,
    identity,
    key,
    label,
    memo,
    moment,
    number,
    numbered,
    of,
    one,
    person,
    those,
    updated,
    whole,
)
from standins.sequence_api.parameters import (
    ARCHIVED,
    PAGES,
    SORTED,
    UNSERVED,
    contains,
    earlier,
    either,
    equal,
    later,
    takes,
)
from standins.sequence_api.shapes import Each, Many, Perhaps, Shape, has

if TYPE_CHECKING:
    from collections.abc import Callable

    from standins.sequence_api.shapes import Drawing

_KIND = one("PERCENTAGE", "NOMINAL")
_SEATS = one("INCLUDED_SEATS_ONLY", "OVERAGE_SEATS_ONLY", "ALL_SEATS")
_MINIMUMS, _GRANTS = 0x1000, 0x2000  # so that no derived ids are equal

_prices = those("prices")


def _about(drawing: Drawing) -> str:
    """What the element is about."""
    return drawing.other


def _phase(drawing: Drawing) -> str:
    """The id of the phase."""
    return derived(drawing.row.id, drawing.places[0])


def _in_phase(kind: int) -> Callable[[Drawing], str]:
    """The id of something in a phase."""
    return lambda drawing: derived(
        drawing.row.id, kind + 16 * drawing.places[0] + drawing.places[1]
    )


def _discounts(drawing: Drawing) -> list[str]:
    """The ids of the phase's discounts: all of the schedule are the first phase's."""
    return those("discounts")(drawing) if drawing.places[0] == 0 else []


_DISCOUNT = Shape(
    has("RRR", type=_KIND, amount=number, message=memo, separateLineItem=flag),
    has("--R", id=_about),
    has("ooo", restrictToPrices=_prices),
    has("--o", seatDiscountType=_SEATS),
)

_MINIMUM = Shape(
    has(
        "RRR",
        id=_in_phase(_MINIMUMS),
        sequenceAccountId=account,
        billingScheduleId=key,
        phaseId=_phase,
        amount=number,
        restrictToPrices=_prices,
        createdAt=created,
        updatedAt=moment(0, 60),
    )
)

_GRANT = Shape(
    has(
        "--R",
        id=_in_phase(_GRANTS),
        name=memo,
        creditUnitType=one("CURRENCY", "METRIC"),
        amount=number,
        grantRefreshFrequency=one("NONE", "MONTHLY", "QUARTERLY", "HALF_YEARLY", "YEARLY"),
        rolloverMode=one("NONE", "ON_GRANT_REFRESH", "ON_GRANT_REFRESH_AND_PHASE"),
        restrictToPrices=_prices,
    ),
    has("--o", currency=currency, costOfCredit=number, taxRateId=tax_rate),
)

_PHASE = Shape(
    has(
        "RRR",
        id=_phase,
        createdAt=created,
        billingScheduleId=key,
        priceIds=_prices,
        startDate=day(0, 30),
        discounts=Each(_discounts, _DISCOUNT),
        minimums=Many(_MINIMUM),
    ),
    has("ooo", endDate=day(60, 700)),
    has("--o", name=memo, externalContractRef=numbered("MSA ")),
    has(
        "--R",
        creditGrants=Many(_GRANT),
        recurrencePreference=one("CONTINUE_FROM_PREVIOUS_PHASE", "RESET"),
        phasePriceMetadata=Each(
            _prices, Shape(has("--R", priceId=_about, arrCalculation=one("INCLUDE", "EXCLUDE")))
        ),
    ),
)


@Perhaps
def _last_invoice(drawing: Drawing) -> object:
    """The id of the schedule's newest invoice."""
    invoices = those("invoices")(drawing)
    return drawing.maybe(invoices[-1], 0.8) if invoices else ABSENT


BILLING_SCHEDULES: Final = Description(
    name="billing_schedules",
    path="/billing-schedules",
    ordered=True,
    share=1,
    archived=0.1,
    shape=Shape(
        has(
            "RRR",
            id=key,
            customerId=of("customers"),
            status=one("DRAFT", "PENDING", "ACTIVE", "SUSPENDED", "CANCELLED", "COMPLETED"),
            startDate=day(0, 30),
            autoIssueInvoices=flag,
            prices=Embedded(PRICES, by="billing_schedules"),
            createdAt=created,
            updatedAt=updated,
            phases=Many(_PHASE, most=3, least=1),
            rollUpBilling=flag,
        ),
        has(
            "ooo",
            endDate=day(60, 700),
            taxRates=Each(_prices, Shape(has("RRR", priceId=_about, taxRateId=tax_rate))),
            firstBillingDate=day(0, 60),
            purchaseOrderNumber=numbered("PO "),
            reference=memo,
            label=label,
            recurrenceDayOfMonth=whole(1, 31),
            lastInvoiceId=_last_invoice,
            archivedAt=archived,
        ),
        has("-RR", integrationIds=INTEGRATION_IDS, attachmentAssets=ASSETS),
        has("--R", customFields=one({}, {"region": "EMEA", "größe": "M"}, {"crm.id": ""})),
        has(
            "--o",
            contractId=identity,
            defaultDueDateDays=whole(0, 90),
            memo=memo,
            paymentProvider=one("STRIPE", "GOCARDLESS", "NONE"),
            autoCharge=flag,
        ),
        has(
            "RR-",
            sequenceAccountId=account,
            priceIds=_prices,
            type=one("CUSTOM", "PLAN", "PHASES"),
        ),
        has("oo-", timeTravellerId=identity),
    ),
    parameters=[
        *PAGES,
        *SORTED,
        *takes(
            "ooo",
            label=equal("label"),
            customerId=equal("customerId"),
            billingScheduleStatus=equal("status"),
            autoSendInvoices=UNSERVED,
            includeArchivedSchedules=ARCHIVED,
        ),
        *takes("oo-", planId=UNSERVED),
        *takes(
            "--o",
            startingBefore=earlier("startDate"),
            startingAfter=later("startDate"),
            endingBefore=earlier("endDate"),
            endingAfter=later("endDate"),
            includeOpenEndedSchedules=UNSERVED,
            recurrenceDayOfMonth=either("recurrenceDayOfMonth"),
        ),
    ],
)

DISCOUNTS: Final = Description(
    name="discounts",
    path="/discounts",
    share=0.3,
    shape=Shape(
        has(
            "RRR",
            id=key,
            sequenceAccountId=account,
            billingScheduleId=of("billing_schedules"),
            priceIds=those("prices", "billing_schedules"),
            separateLineItem=flag,
            amount=number,
            discountCalculationType=_KIND,
            message=memo,
            createdAt=created,
            updatedAt=updated,
        ),
        has(
            "ooo",
            phaseId=lambda drawing: derived(str(of("billing_schedules")(drawing)), 0),
            validFrom=day(0, 30),
            validTo=day(60, 700),
        ),
        has("--R", seatDiscountType=_SEATS),
    ),
    parameters=PAGES,
)

QUOTES: Final = Description(
    name="quotes",
    path="/quotes",
    ordered=True,
    share=0.4,
    archived=0.1,
    shape=Shape(
        has(
            "--R",
            id=key,
            createdBy=of("users"),
            quoteNumber=numbered("Q"),
            status=one(
                "DRAFT",
                "PUBLISHED",
                "PREPARING_SIGNATURE_REQUEST",
                "READY_TO_SIGN",
                "ACCEPTED",
                "EXECUTED",
            ),
            createdAt=created,
            updatedAt=updated,
            isExpired=flag,
        ),
        has(
            "--o",
            customerId=of("billing_schedules", "customers"),
            title=lambda drawing: f"{memo(drawing)} {person(drawing)}",
            currency=currency,
            dealType=one("NEW_BUSINESS", "RENEWAL"),
            preliminaryBillingStartDate=day(0, 30),
            expiresAt=day(14, 60),
            publishedAt=moment(0, 1),
            acceptedAt=moment(1, 14),
            executedAt=moment(14, 28),
            billingScheduleId=of("billing_schedules"),
            expiryDays=whole(14, 60),
            archivedAt=archived,
        ),
    ),
    parameters=[
        *PAGES,
        *SORTED,
        *takes(
            "--o",
            customerId=equal("customerId"),
            includeArchived=ARCHIVED,
            status=equal("status"),
            createdBy=either("createdBy"),
            title=contains("title"),
            hasActiveApprovalWorkflow=UNSERVED,
        ),
    ],
)
