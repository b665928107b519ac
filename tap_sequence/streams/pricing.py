"""Products and their prices."""

from __future__ import annotations

from tap_sequence.singer.stream import SequenceStream
from tap_sequence.streams.fields import array, fields, many, text, time
from tap_sequence.streams.shapes import PRICING, KeyValue, PriceParameter, integration_of


class ProductsStream(SequenceStream):
    """Products, without their prices.

    Source: `GET /products`, all versions, with a field that only June 2026 had.
    """

    name = "products"
    path = "/products"
    primary_keys = ("id",)
    replication_key = "updatedAt"
    schema = fields(
        text("id", "Id of the product.", key=True),
        time("createdAt", "When the product was created."),
        time("updatedAt", "When it last changed."),
        time("archivedAt", "When it was archived (version 2024-07-30, in June 2026)."),
        text("name", "Name shown to customers."),
        text("label", "The account's own label for it."),
        text("taxCategoryId", "Id of the tax category (version 2024-07-30 on)."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to (version 2024-01-01)."),
    )


class BillingProductsStream(SequenceStream):
    """Products that have prices, with their prices.

    Source: `GET /billing-products`, all versions.
    """

    name = "billing_products"
    path = "/billing-products"
    primary_keys = ("id",)
    replication_key = "updatedAt"
    schema = fields(
        text("id", "Id of the product.", key=True),
        time("createdAt", "When the product was created."),
        time("updatedAt", "When it last changed."),
        text("name", "Name shown to customers."),
        text("label", "The account's own label for it."),
        array("prices", "Its prices, in a shape that Sequence doesn't document."),
        text("taxCategoryName", "Name of the tax category (version 2024-07-30 on)."),
        text("recognitionMethod", "How revenue is recognised (version 2024-07-30 on)."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to."),
    )


class PricesStream(SequenceStream):
    """Prices of products in billing schedules.

    Source: `GET /prices`, all versions.
    """

    name = "prices"
    path = "/prices"
    vanishing = True
    primary_keys = ("id",)
    replication_key = "updatedAt"
    schema = fields(
        text("id", "Id of the price.", key=True),
        *PRICING,
        text("listPriceId", "Id of the list price it was made from."),
        text("status", "DRAFT until it is approved, then ACTIVE (version 2024-07-30 on)."),
        many(
            "integrationIds",
            integration_of("price"),
            "The price in integrated services (version 2024-05-09 on).",
        ),
        many(
            "customMetricParameters",
            PriceParameter,
            "Parameters of its usage metric (version 2024-05-09 on).",
        ),
        many("externalIds", KeyValue, "The price in other systems (version 2024-01-01)."),
        many("parameters", PriceParameter, "Parameters of its usage metric (version 2024-01-01)."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to (version 2024-01-01)."),
    )


class ListPricesStream(SequenceStream):
    """List prices, from which prices are made.

    Source: `GET /list-prices`, all versions.
    """

    name = "list_prices"
    path = "/list-prices"
    primary_keys = ("id",)
    replication_key = "updatedAt"
    archived = "includeArchived"
    schema = fields(
        text("id", "Id of the list price.", key=True),
        *PRICING,
        many("integrationIds", integration_of("list price"), "The price in integrated services."),
        many("customMetricParameters", PriceParameter, "Parameters of its usage metric."),
    )
