"""Grants of credit."""

from __future__ import annotations

from typing import Final

from standins.sequence_api.described import Description
from standins.sequence_api.lists.common import INTEGRATION_IDS
from standins.sequence_api.lists.taxes import tax_rate
from standins.sequence_api.makers import account, created, currency, day, key, memo, number, of, one
from standins.sequence_api.parameters import PAGES
from standins.sequence_api.shapes import Shape, has

CREDIT_GRANTS: Final = Description(
    name="credit_grants",
    path="/credits",
    share=0.3,
    shape=Shape(
        has(
            "RRR",
            id=key,
            sequenceAccountId=account,
            customerId=of("customers"),
            name=memo,
            creditUnitType=one("CURRENCY", "METRIC"),
            currency=currency,
            amount=number,
            costOfCredit=number,
            createdAt=created,
        ),
        has(
            "ooo",
            metricId=of("usage_metrics"),
            taxRateId=tax_rate,
            effectiveDate=day(0, 30),
            expiryDate=day(60, 700),
        ),
        has("--o", creditNoteId=of("credit_notes")),
        has("--R", integrationIds=INTEGRATION_IDS),
    ),
    parameters=PAGES,
)
