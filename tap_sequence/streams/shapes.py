"""Shapes that several of Sequence's objects share.

Field names and types follow Sequence's API reference, all published versions taken together.
"""

from __future__ import annotations

from tap_sequence.streams.fields import (
    Shape,
    any_map,
    date,
    decimal,
    flag,
    many,
    shape,
    text,
    time,
    whole,
)

# --- General -------------------------------------------------------------------------------------

Address = Shape(
    text("line1", "First line of the street address."),
    text("line2", "Second line of the street address."),
    text("town", "Town or city."),
    text("state", "State or province, as its code."),
    text("postcode", "Postal or ZIP code."),
    text("country", "Country, as its two-letter code."),
)
"""A postal address."""

Attachment = Shape(
    text("id", "Id of the file."),
    time("createdAt", "When it was uploaded."),
    text("createdBy", "Id of the user who uploaded it."),
    text("type", "Kind of file, such as DOCUMENT."),
    text("format", "File format, such as PDF."),
    text("fileName", "File name."),
    whole("fileSizeBytes", "File size in bytes."),
    text("url", "URL to download it from."),
)
"""An attached file."""

NamedReference = Shape(
    text("id", "Id of the object that is referred to."),
    text("name", "Its name."),
)
"""Another object of Sequence, by id and name."""

KeyValue = Shape(
    text("key", "Key."),
    text("value", "Value."),
)
"""A key-value pair."""

InclusiveDateRange = Shape(
    date("start", "First day."),
    date("endInclusive", "Last day."),
)
"""A period that includes both its first and its last day."""

# --- Invoices and credit notes -------------------------------------------------------------------

MerchantDetails = Shape(
    text("legalCompanyName", "Registered name of the business."),
    shape("address", Address, "Address."),
    text("email", "E-mail address."),
    text("phoneNumber", "Telephone number."),
    text("taxId", "Tax number."),
    text("iban", "IBAN of its bank account."),
    any_map("ukAccountDetails", "Bank account in the United Kingdom."),
    any_map("usAchDetails", "Bank account in the United States, for ACH payments."),
    any_map("usWireDetails", "Bank account in the United States, for wire transfers."),
    any_map("caBankAccountDetails", "Bank account in Canada."),
    any_map("canadianInternationalDestination", "Bank account in Canada, for wire transfers."),
    any_map("australianDestination", "Bank account in Australia."),
    any_map("swedishBankgiroDestination", "Swedish bankgiro (version 2024-07-30 on)."),
    flag("includeBeneficiaryAddressInPaymentDetails", "Whether payment details show the address."),
    text("logoUrl", "URL of the logo."),
    text("primaryColour", "Colour of its documents, as a hexadecimal code."),
    many("customFields", KeyValue, "Further details of its own."),
)
"""The business that invoices: the account's own."""

LinkedService = Shape(
    text("externalService", "The integrated service."),
    text("externalId", "Its id for the document."),
    text("externalUrl", "Link to the document there (version 2024-07-30 on)."),
    time("syncTime", "When it was last synchronised."),
)
"""An invoice or credit note in an integrated service."""

INVOICE_UPDATED_AT = time(
    "invoiceUpdatedAt",
    "When the invoice had last changed when this was asked for; added by the tap. What has the "
    "greatest value of its invoice is current (version 2024-07-30 on).",
)
"""What the tap adds to whatever is below an invoice."""


def integration_of(what: str) -> Shape:
    """Return the shape of something in an integrated service."""
    return Shape(
        text("service", "The integrated service."),
        text("id", f"Its id for the {what}."),
        time("lastSynced", "When it was last synchronised."),
        flag("isPending", "Whether synchronisation is yet to happen (2024-07-30 on)."),
    )


# --- Prices --------------------------------------------------------------------------------------

_PriceTier = Shape(
    text("upperBound", "Quantity at which the tier ends; absent in the last one."),
    text("price", "Price per unit, or with isPricePercentage a share of the usage (1 is 100 %)."),
    text("fee", "Flat fee of the tier."),
    flag("isPricePercentage", "Whether the price is a share of the usage."),
    text("minPrice", "Lowest charge per unit if the price is a share (VOLUME)."),
    text("maxPrice", "Highest charge per unit if the price is a share (VOLUME)."),
)

_PriceStructure = Shape(
    text("pricingType", "Kind of structure, such as LINEAR. It decides which fields are present."),
    decimal("price", "Charge per billing period (FIXED), or one-off charge (ONE_TIME)."),
    decimal("pricePerUnit", "Price per unit, or with isPricePercentage a share (1 is 100 %)."),
    flag("isPricePercentage", "Whether pricePerUnit is a share of the usage (LINEAR)."),
    decimal("pricePerPackage", "Price per package (PACKAGE)."),
    decimal("packageSize", "Units of usage per package (PACKAGE)."),
    many("tiers", _PriceTier, "Tiers, lowest first (GRADUATED, VOLUME and SEAT_BASED)."),
    text("usageMetricId", "Id of the usage metric that is billed."),
    text("usageCalculationMode", "How usage accumulates, such as CUMULATIVE (GRADUATED)."),
    text("seatMetricId", "Id of the seat metric that is billed (SEAT_BASED)."),
    decimal("pricePerSeat", "Price per seat for a full billing period (SEAT_BASED)."),
    whole("contractedMinimumSeats", "Minimum number of seats billed (SEAT_BASED)."),
    text("prorationStrategy", "How changes mid-period are billed, such as USE_MAXIMUM."),
    flag("prorateFlatFees", "Whether shorter periods lower flat fees (version 2024-07-30 on)."),
    text("overagesBillingFrequency", "How often seats beyond the minimum are billed."),
    text("seatTypeId", "Id of the seat type that is billed (version 2024-01-01)."),
    whole("includedSeats", "Number of seats included (version 2024-01-01)."),
    text("chargeMethod", "How seats are charged (version 2024-01-01)."),
)

_UsageCalculationPeriod = Shape(
    text("frequency", "Unit of time, such as MONTHLY."),
    whole("interval", "Number of these units."),
)

PriceParameter = Shape(
    text("parameterId", "Id of the usage metric's parameter."),
    text("value", "Value."),
)
"""A value for a parameter of a usage metric."""

PRICING = (
    time("createdAt", "When the price was created."),
    time("updatedAt", "When it last changed."),
    text("productId", "Id of the product."),
    text("name", "Name shown on invoices."),
    text("currency", "Currency, as its three-letter code."),
    shape("structure", _PriceStructure, "How the charge is calculated."),
    text("billingFrequency", "How often it is billed, such as MONTHLY."),
    text("billingType", "IN_ADVANCE or IN_ARREARS: billed before or after the period."),
    shape("usageCalculationPeriod", _UsageCalculationPeriod, "How long usage accumulates."),
)
"""The fields that all kinds of prices have, apart from the id."""
