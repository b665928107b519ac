-- View of credit grants, on the tables credit_grants and customers; customers.sql says what all
-- views share.
--
-- Until June 2026 creditUnitType was called type, with other values, and amount originalAmount.

BEGIN;

CREATE SCHEMA IF NOT EXISTS sequence_views;

CREATE OR REPLACE VIEW sequence_views.credit_grants AS
SELECT
    credit_grants.id,
    credit_grants.name,
    credit_grants."customerId" AS customer_id,
    customers."legalName" AS customer_name,
    credit_grants.currency,
    CASE WHEN granted.type IN ('CURRENCY', 'CASH') THEN granted.amount END AS amount,
    credit_grants."metricId" AS metric_id,
    CASE WHEN granted.type IN ('METRIC', 'USAGE') THEN granted.amount END AS units,
    credit_grants."costOfCredit" AS cost,
    credit_grants."effectiveDate" AS effective_date,
    credit_grants."expiryDate" AS expiry_date,
    credit_grants."creditNoteId" AS credit_note_id,
    credit_grants."createdAt" AT TIME ZONE 'UTC' AS created_at
FROM sequence.credit_grants
LEFT JOIN sequence.customers ON customers.id = credit_grants."customerId"
CROSS JOIN LATERAL (
    SELECT
        coalesce(credit_grants."creditUnitType", credit_grants.type) AS type,
        coalesce(credit_grants.amount, credit_grants."originalAmount") AS amount
) AS granted;

COMMENT ON VIEW sequence_views.credit_grants IS
    'One row per credit grant, expired or not: an amount of money, or units of a usage metric. '
    'What is left of it isn''t in the list.';

COMMIT;
