-- Views of prices, on the tables prices, list_prices and products; customers.sql says what all
-- views share.
--
-- A price is given where it is one amount of money. Where there are tiers it isn't, nor where it is
-- a share of the usage (1 is 100 %).

BEGIN;

CREATE SCHEMA IF NOT EXISTS sequence_views;

CREATE OR REPLACE VIEW sequence_views.list_prices AS
SELECT
    list_prices.id,
    list_prices.name,
    list_prices."productId" AS product_id,
    products.name AS product_name,
    list_prices.currency,
    charge."pricingType" AS pricing_type,
    CASE
        WHEN charge."isPricePercentage" OR jsonb_array_length(nullif(charge.tiers, 'null')) > 0
            THEN NULL
        ELSE
            coalesce(
                charge.price, charge."pricePerUnit", charge."pricePerPackage", charge."pricePerSeat"
            )
    END AS price,
    charge."packageSize" AS package_size,
    CASE WHEN charge."isPricePercentage" THEN charge."pricePerUnit" END AS share_of_usage,
    list_prices."billingFrequency" AS billing_frequency,
    list_prices."billingType" AS billing_type,
    list_prices."createdAt" AT TIME ZONE 'UTC' AS created_at,
    list_prices."updatedAt" AT TIME ZONE 'UTC' AS updated_at
FROM sequence.list_prices
LEFT JOIN sequence.products ON products.id = list_prices."productId"
LEFT JOIN LATERAL jsonb_to_record(nullif(list_prices.structure, 'null')) AS charge (
    "pricingType" text,
    price numeric,
    "pricePerUnit" numeric,
    "pricePerPackage" numeric,
    "pricePerSeat" numeric,
    "packageSize" numeric,
    "isPricePercentage" boolean,
    tiers jsonb
) ON TRUE;

COMMENT ON VIEW sequence_views.list_prices IS
    'One row per list price, archived or not: nothing in the list tells which.';

CREATE OR REPLACE VIEW sequence_views.prices AS
SELECT
    prices.id,
    prices.name,
    prices."productId" AS product_id,
    products.name AS product_name,
    prices."listPriceId" AS list_price_id,
    prices.currency,
    charge."pricingType" AS pricing_type,
    CASE
        WHEN charge."isPricePercentage" OR jsonb_array_length(nullif(charge.tiers, 'null')) > 0
            THEN NULL
        ELSE
            coalesce(
                charge.price, charge."pricePerUnit", charge."pricePerPackage", charge."pricePerSeat"
            )
    END AS price,
    charge."packageSize" AS package_size,
    CASE WHEN charge."isPricePercentage" THEN charge."pricePerUnit" END AS share_of_usage,
    prices."billingFrequency" AS billing_frequency,
    prices."billingType" AS billing_type,
    prices."createdAt" AT TIME ZONE 'UTC' AS created_at,
    prices."updatedAt" AT TIME ZONE 'UTC' AS updated_at
FROM sequence.prices
LEFT JOIN sequence.products ON products.id = prices."productId"
LEFT JOIN LATERAL jsonb_to_record(nullif(prices.structure, 'null')) AS charge (
    "pricingType" text,
    price numeric,
    "pricePerUnit" numeric,
    "pricePerPackage" numeric,
    "pricePerSeat" numeric,
    "packageSize" numeric,
    "isPricePercentage" boolean,
    tiers jsonb
) ON TRUE
WHERE prices.status IS DISTINCT FROM 'DRAFT';

COMMENT ON VIEW sequence_views.prices IS
    'One row per price in billing schedules, except drafts, which are not in use yet.';

CREATE OR REPLACE VIEW sequence_views.price_tiers AS
SELECT
    priced.id AS price_id,
    tier.position,
    (tier.value ->> 'upperBound')::numeric AS upper_bound,
    CASE
        WHEN (tier.value ->> 'isPricePercentage')::boolean THEN NULL
        ELSE (tier.value ->> 'price')::numeric
    END AS price,
    CASE
        WHEN (tier.value ->> 'isPricePercentage')::boolean THEN (tier.value ->> 'price')::numeric
    END AS share_of_usage,
    (tier.value ->> 'minPrice')::numeric AS min_price,
    (tier.value ->> 'maxPrice')::numeric AS max_price,
    (tier.value ->> 'fee')::numeric AS fee
FROM (
    SELECT prices.id, prices.structure
    FROM sequence.prices
    WHERE prices.status IS DISTINCT FROM 'DRAFT'
    UNION ALL
    SELECT list_prices.id, list_prices.structure
    FROM sequence.list_prices
) AS priced
CROSS JOIN
    jsonb_array_elements(nullif(priced.structure -> 'tiers', 'null'))
    WITH ORDINALITY AS tier (value, position);

COMMENT ON VIEW sequence_views.price_tiers IS
    'One row per tier of the prices in the views prices and list_prices, lowest first.';

COMMIT;
