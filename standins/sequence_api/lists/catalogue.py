"""Products and prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from standins.sequence_api.described import Description, Embedded
from standins.sequence_api.lists.common import INTEGRATION_IDS
from standins.sequence_api.makers import (
    account,
    always,
    code,
    created,
    currency,
    decimal,
    flag,
    identity,
    key,
    label,
    memo,
    of,
    one,
    service,
    updated,
    whole,
)
from standins.sequence_api.parameters import ARCHIVED, ORDER, PAGES, contains, either, equal, takes
from standins.sequence_api.shapes import Either, Many, Shape, has

if TYPE_CHECKING:
    from standins.sequence_api.shapes import Field

_FREQUENCY = one("MONTHLY", "QUARTERLY", "YEARLY")
_METRIC = {"usageMetricId": of("usage_metrics")}


def _kind(name: str, *groups: list[Field]) -> Shape:
    return Shape(has("RRR", pricingType=always(name)), *groups)


def _tiers(*groups: list[Field]) -> Many:
    tier = Shape(has("RRR", price=decimal), has("ooo", upperBound=decimal, fee=decimal), *groups)
    return Many(tier, 3)


def _structure(bounded: str, *seats: list[Field]) -> Either:
    """What a price is made of.

    Args:
        bounded: The letters of the versions in which tiers of volume have bounds.
        *seats: What only one for seats has.
    """
    percentage = has("RRR", isPricePercentage=flag)
    bounds = has(bounded, maxPrice=decimal, minPrice=decimal)
    mode = one("BILLING_PERIOD", "CUMULATIVE", "PERIODIC")
    return Either(
        GRADUATED=_kind(
            "GRADUATED",
            has("RRR", tiers=_tiers(percentage), usageCalculationMode=mode, **_METRIC),
        ),
        VOLUME=_kind("VOLUME", has("RRR", tiers=_tiers(percentage, bounds), **_METRIC)),
        SEAT_BASED=_kind(
            "SEAT_BASED",
            has("RRR", pricePerSeat=decimal),
            has("RRR", prorationStrategy=one("USE_MAXIMUM", "PRORATE_INCREMENTS")),
            has("ooo", overagesBillingFrequency=_FREQUENCY),
            has("--o", prorateFlatFees=flag),
            *seats,
        ),
        PACKAGE=_kind(
            "PACKAGE", has("RRR", packageSize=decimal, pricePerPackage=decimal, **_METRIC)
        ),
        LINEAR=_kind("LINEAR", has("RRR", pricePerUnit=decimal, **_METRIC), percentage),
        FIXED=_kind("FIXED", has("RRR", price=decimal)),
        ONE_TIME=_kind("ONE_TIME", has("RRR", price=decimal)),
    )


_PERIOD = Shape(has("RRR", frequency=_FREQUENCY, interval=whole(1, 12)))
_PARAMETERS = Many(Shape(has("RRR", parameterId=identity, value=decimal)))
_SERVICES = Many(Shape(has("RRR", key=service, value=code("{}"))))
_CHARGE = one("CHARGE_FIXED", "CHARGE_OVERAGES", "CHARGE_CONSUMED", "CHARGE_MINIMUM")

_ANY_PRICE = {
    "id": key,
    "productId": of("products"),
    "name": memo,
    "currency": currency,
    "billingFrequency": one("ONE_TIME", "MONTHLY", "QUARTERLY", "YEARLY"),
    "billingType": one("IN_ARREARS", "IN_ADVANCE"),
    "createdAt": created,
}

PRICE: Final = Shape(
    has(
        "RRR",
        **_ANY_PRICE,
        structure=_structure(
            "-oo",
            has("RRR", tiers=_tiers(has("R--", isPricePercentage=flag))),
            has("-RR", seatMetricId=of("seat_metrics"), contractedMinimumSeats=whole(0, 50)),
            has("R--", seatTypeId=of("seat_metrics"), includedSeats=whole(0, 50)),
            has("R--", chargeMethod=_CHARGE),
        ),
    ),
    has(
        "ooo",
        updatedAt=updated,
        listPriceId=of("list_prices"),
        usageCalculationPeriod=_PERIOD,
    ),
    has("-RR", integrationIds=INTEGRATION_IDS, customMetricParameters=_PARAMETERS),
    has("--R", status=one("DRAFT", "ACTIVE", "ACTIVE")),
    has("R--", sequenceAccountId=account, externalIds=_SERVICES, parameters=_PARAMETERS),
)

PRICES: Final = Description(
    name="prices",
    path="/prices",
    share=2,
    shape=PRICE,
    parameters=[
        *PAGES,
        *takes(
            "ooo",
            currency=equal("currency"),
            name=equal("name"),
            billingFrequency=equal("billingFrequency"),
            productId=equal("productId"),
        ),
        *takes("--o", sortOrder=ORDER),
    ],
)

LIST_PRICES: Final = Description(
    name="list_prices",
    path="/list-prices",
    share=0.2,
    archived=0.1,
    shape=Shape(
        has(
            "RRR",
            **_ANY_PRICE,
            structure=_structure(
                "ooo",
                has("RRR", tiers=_tiers()),
                has("RRR", seatMetricId=of("seat_metrics"), contractedMinimumSeats=whole(0, 50)),
            ),
            updatedAt=updated,
            integrationIds=INTEGRATION_IDS,
            customMetricParameters=_PARAMETERS,
        ),
        has("ooo", usageCalculationPeriod=_PERIOD),
    ),
    parameters=[
        *PAGES,
        *takes(
            "ooo",
            currency=equal("currency"),
            productId=equal("productId"),
            billingFrequency=equal("billingFrequency"),
            includeArchived=ARCHIVED,
        ),
    ],
)

PRODUCTS: Final = Description(
    name="products",
    path="/products",
    share=0.1,
    shape=Shape(
        has("RRR", id=key, name=memo, createdAt=created, updatedAt=updated),
        has("--o", taxCategoryId=identity),
        has("R--", sequenceAccountId=account),
        has("Roo", label=label),
    ),
    parameters=[*PAGES, *takes("ooo", name=equal("name"))],
)

BILLING_PRODUCTS: Final = Description(
    name="billing_products",
    path="/billing-products",
    share=0.1,
    keys_of="products",
    shape=Shape(
        has(
            "RRR",
            id=key,
            name=memo,
            label=label,
            sequenceAccountId=account,
            createdAt=created,
            updatedAt=updated,
            prices=Embedded(PRICES, by="products"),
        ),
        has("--o", taxCategoryName=one("SaaS", "Größe", "")),
        has("--R", recognitionMethod=one("STRAIGHT_LINE", "USAGE", "MILESTONE", "POINT_IN_TIME")),
    ),
    parameters=[
        *PAGES,
        *takes(
            "--o",
            name=contains("name"),
            taxCategoryId=either("taxCategoryId"),
            recognitionMethod=either("recognitionMethod"),
        ),
    ],
)
