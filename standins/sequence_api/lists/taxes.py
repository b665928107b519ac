"""Tax rates and tax registrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from standins.sequence_api.described import Description
from standins.sequence_api.makers import (
    account,
    code,
    country,
    derived,
    flag,
    identity,
    key,
    memo,
    of,
    one,
    rate,
    updated,
)
from standins.sequence_api.parameters import PAGES
from standins.sequence_api.shapes import Shape, has

if TYPE_CHECKING:
    from standins.sequence_api.shapes import Drawing

_VERSIONS = 2
"""How many rows a tax rate has, one for each version of it."""


def tax_rate(drawing: Drawing) -> str:
    """The id of the tax rate that a row is a version of, or belongs to."""
    row, relations = drawing.row, drawing.relations
    number = (
        row.number if row.of == "tax_rates" else relations.owner(row.of, row.number, "tax_rates")
    )
    return derived(relations.key("tax_rates", number - number % _VERSIONS), 0)


TAX_RATES: Final = Description(
    name="tax_rates",
    path="/tax-rates",
    share=0.06,
    key="versionId",
    shape=Shape(
        has(
            "R-R",
            id=tax_rate,
            versionId=key,
            version=lambda drawing: drawing.row.number % _VERSIONS,
            isPublished=flag,
            name=memo,
            invoiceName=one("Value Added Tax", "Umsatzsteuer", "消費税"),
            invoiceShortName=one("VAT", "USt", "税"),
            amount=rate,
            country=country,
            isArchived=flag,
        ),
        has("o-n", description=memo, region=one("London", "Île-de-France"), taxCategoryId=identity),
        has("--n", updatedAt=updated),
        has("R--", sequenceAccountId=account),
        has("o--", subRates=one([], [{"name": "County", "amount": "0.0125"}])),
    ),
    parameters=PAGES,
)

TAX_REGISTRATIONS: Final = Description(
    name="tax_registrations",
    path="/tax-registrations",
    share=0.6,
    shape=Shape(
        has(
            "R-R",
            id=key,
            sequenceAccountId=account,
            taxIdentifier=code("GB{:09d}"),
            country=country,
        ),
        has("o-n", customerId=of("customers"), merchantId=account),
        has("o-o", state=one("NY", "CA", "QC")),
    ),
    parameters=PAGES,
)
