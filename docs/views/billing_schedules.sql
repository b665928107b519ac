-- Views of billing schedules, on the tables billing_schedules and customers; customers.sql says
-- what all views share.

BEGIN;

CREATE SCHEMA IF NOT EXISTS sequence_views;

CREATE OR REPLACE VIEW sequence_views.active_billing_schedules AS
SELECT
    billing_schedules.id,
    billing_schedules.label,
    billing_schedules."customerId" AS customer_id,
    customers."legalName" AS customer_name,
    billing_schedules."startDate" AS start_date,
    billing_schedules."endDate" AS end_date,
    billing_schedules."firstBillingDate" AS first_billing_date,
    billing_schedules."recurrenceDayOfMonth" AS billing_day,
    billing_schedules."autoIssueInvoices" AS is_auto_issued,
    billing_schedules."autoCharge" AS is_auto_charged,
    billing_schedules."paymentProvider" AS payment_provider,
    billing_schedules."purchaseOrderNumber" AS purchase_order_number,
    billing_schedules.reference,
    billing_schedules."lastInvoiceId" AS last_invoice_id,
    billing_schedules."createdAt" AT TIME ZONE 'UTC' AS created_at,
    billing_schedules."updatedAt" AT TIME ZONE 'UTC' AS updated_at
FROM sequence.billing_schedules
LEFT JOIN sequence.customers ON customers.id = billing_schedules."customerId"
WHERE billing_schedules.status = 'ACTIVE' AND billing_schedules."archivedAt" IS NULL;

COMMENT ON VIEW sequence_views.active_billing_schedules IS
    'One row per billing schedule whose status is ACTIVE, except archived ones.';

CREATE OR REPLACE VIEW sequence_views.active_billing_schedule_prices AS
SELECT
    active_billing_schedules.id AS billing_schedule_id,
    active_billing_schedules.customer_id,
    phase.position AS phase_position,
    phase.value ->> 'name' AS phase_name,
    (phase.value ->> 'startDate')::date AS phase_start_date,
    (phase.value ->> 'endDate')::date AS phase_end_date,
    price.id AS price_id
FROM sequence_views.active_billing_schedules
INNER JOIN sequence.billing_schedules USING (id)
CROSS JOIN
    jsonb_array_elements(nullif(to_jsonb(billing_schedules.phases), 'null'))
    WITH ORDINALITY AS phase (value, position)
CROSS JOIN jsonb_array_elements_text(nullif(phase.value -> 'priceIds', 'null')) AS price (id);

COMMENT ON VIEW sequence_views.active_billing_schedule_prices IS
    'One row per phase of an active billing schedule, past or future ones too, and price in it.';

COMMIT;
