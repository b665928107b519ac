"""Shapes that several lists share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from standins.sequence_api import texts
from standins.sequence_api.chance import ABSENT
from standins.sequence_api.makers import (
    code,
    company,
    email,
    flag,
    identity,
    label,
    memo,
    moment,
    one,
    person,
    service,
)
from standins.sequence_api.shapes import Many, Perhaps, Pool, Shape, has

if TYPE_CHECKING:
    from collections.abc import Callable

    from standins.sequence_api.shapes import Drawing, Maker


def _place(drawing: Drawing) -> tuple[str, str, str, object]:
    """Town, post code, country and state: those of one place."""
    if drawing.below(3) == 0:
        town, state, postcode, country = drawing.one(texts.STATES)
        return town, postcode, country, state
    return (*drawing.one(texts.PLACES), ABSENT)


def _of_place(part: int) -> Callable[[Drawing], object]:
    return lambda drawing: drawing.once(_place)[part]


_ADDRESS = Shape(
    has(
        "RRR",
        line1=lambda drawing: f"{1 + drawing.below(200)} {drawing.one(texts.STREETS)}",
        town=_of_place(0),
        postcode=_of_place(1),
        country=_of_place(2),
    ),
    has("ooo", line2=one("Flat 1", "3º andar", "c/o Zoë", ""), state=Perhaps(_of_place(3))),
)
ADDRESS: Final = Pool(_ADDRESS)

_KEY_VALUE = Shape(has("RRR", key=one(*(name for name, _ in texts.PROPERTIES)), value=memo))
KEY_VALUES: Final = Pool(Many(_KEY_VALUE, 3))

LINKED_SERVICES: Final = Pool(
    Many(
        Shape(
            has("RRR", externalId=code("ext_{}"), externalService=service, syncTime=moment(0, 90)),
            has("--o", externalUrl=code("https://books.example.com/view/{}?lang=ä")),
        )
    )
)

INTEGRATION_IDS: Final = Pool(
    Many(Shape(has("RRR", service=service, id=code("{:08d}")), has("--R", isPending=flag)))
)
"""Where a customer's say when they were last synced, these don't."""

_BANK: dict[str, Maker] = {
    "bankName": company,
    "bankAddress": _ADDRESS,
    "swiftCode": code("BANKGB{:08d}"),
}
_CODE = code("{:08d}")

_DESTINATIONS = [
    *has(
        "ooo",
        ukAccountDetails=Shape(has("RRR", sortCode=code("{:06d}"), accountNumber=_CODE)),
        usAchDetails=Shape(
            has("RRR", accountNumber=_CODE, accountName=company, bankName=company),
            has("RRR", bankRoutingNumber=code("{:09d}")),
        ),
        usWireDetails=Shape(
            has("RRR", accountNumber=_CODE, accountName=company, bankRoutingNumber=_CODE, **_BANK),
        ),
        caBankAccountDetails=Shape(
            has("RRR", transitNumber=_CODE, institutionNumber=code("{}"), accountNumber=_CODE),
        ),
        canadianInternationalDestination=Shape(
            has("RRR", legalName=company, accountNumber=_CODE, transitNumber=_CODE),
            has("RRR", institutionNumber=code("{}"), **_BANK),
            has("ooo", intermediaryBank=Shape(has("RRR", routingNumber=_CODE, **_BANK))),
        ),
        australianDestination=Shape(
            has("RRR", legalName=company, accountNumber=_CODE, swiftCode=_CODE, bsb=_CODE),
        ),
    ),
    *has(
        "--o",
        swedishBankgiroDestination=Shape(
            has("RRR", bankgiroNumber=code("{:07d}-4"), accountName=company),
        ),
    ),
]

MERCHANT: Final = Pool(
    Shape(
        has(
            "RRR",
            address=_ADDRESS,
            email=email,
            legalCompanyName=company,
            customFields=Many(_KEY_VALUE),
            includeBeneficiaryAddressInPaymentDetails=flag,
        ),
        has(
            "ooo",
            phoneNumber=code("0{:08d}"),
            taxId=code("GB{:09d}"),
            iban=code("GB33BUKB2020{:010d}"),
            logoUrl=code("https://example.com/logo/{}.png"),
            primaryColour=one("#000000", "#1d2021"),
        ),
        _DESTINATIONS,
    ),
    size=32,
)
"""The account's own details, which stand on each of its documents."""

ASSETS: Final = Pool(
    Many(
        Shape(
            has(
                "RRR",
                id=identity,
                createdBy=identity,
                type=one("IMAGE", "DOCUMENT"),
                format=one("JPEG", "PNG", "PDF"),
                fileName=lambda drawing: f"{label(drawing)} {person(drawing)}.pdf",
                fileSizeBytes=lambda drawing: drawing.below(1 << 31),
                url=code("https://assets.example.com/{}"),
                createdAt=moment(0, 90),
            )
        )
    )
)
