-- Views of invoices, on the tables invoices and customers; customers.sql says what all views share.
--
-- An invoice is issued if its status is FINAL or SENT: it isn't in progress, a draft or voided.
-- It is outstanding if it is issued, its total isn't 0, and it is neither paid nor uncollectible.

BEGIN;

CREATE SCHEMA IF NOT EXISTS sequence_views;

CREATE OR REPLACE VIEW sequence_views.invoices AS
SELECT
    invoices.id,
    invoices."invoiceNumber" AS invoice_number,
    invoices."customerId" AS customer_id,
    coalesce(customers."legalName", invoices."customerLegalCompanyName") AS customer_name,
    invoices."billingScheduleId" AS billing_schedule_id,
    invoices.status,
    invoices."paymentStatus" AS payment_status,
    issue.is_issued,
    debt.is_outstanding,
    debt.is_outstanding AND invoices."dueDate" < current_date AS is_overdue,
    invoices.currency,
    invoices."netTotal" AS net_total,
    invoices."totalTax" AS total_tax,
    invoices."grossTotal" AS gross_total,
    invoices."accountingDate" AS accounting_date,
    invoices."issueDate" AS issue_date,
    invoices."dueDate" AS due_date,
    (invoices."billingPeriod" ->> 'start')::date AS period_start_date,
    (invoices."billingPeriod" ->> 'endInclusive')::date AS period_end_date,
    invoices."purchaseOrderNumber" AS purchase_order_number,
    invoices.reference,
    invoices."createdAt" AT TIME ZONE 'UTC' AS created_at,
    invoices."updatedAt" AT TIME ZONE 'UTC' AS updated_at
FROM sequence.invoices
LEFT JOIN sequence.customers ON customers.id = invoices."customerId"
CROSS JOIN LATERAL (SELECT invoices.status IN ('FINAL', 'SENT') AS is_issued) AS issue
CROSS JOIN LATERAL (
    SELECT
        issue.is_issued
        AND invoices."paymentStatus" NOT IN ('PAID', 'UNCOLLECTIBLE')
        AND invoices."grossTotal" <> 0 AS is_outstanding
) AS debt;

COMMENT ON VIEW sequence_views.invoices IS
    'One row per invoice, whatever its status. The name is the customer''s present one, or that on '
    'the invoice if the customer isn''t loaded.';

CREATE OR REPLACE VIEW sequence_views.invoices_by_month AS
SELECT
    date_trunc('month', accounting_date::timestamp)::date AS month,
    currency,
    count(*) AS invoices,
    sum(net_total) AS net_total,
    sum(total_tax) AS total_tax,
    sum(gross_total) AS gross_total
FROM sequence_views.invoices
WHERE is_issued
GROUP BY 1, 2;

COMMENT ON VIEW sequence_views.invoices_by_month IS
    'One row per month of the accounting date and currency, of issued invoices alone. '
    'Credit notes are not deducted.';

CREATE OR REPLACE VIEW sequence_views.outstanding_by_customer AS
SELECT
    customer_id,
    max(customer_name) AS customer_name,
    currency,
    count(*) FILTER (WHERE payment_status <> 'PARTIALLY_PAID') AS unpaid_invoices,
    coalesce(sum(gross_total) FILTER (WHERE payment_status <> 'PARTIALLY_PAID'), 0) AS unpaid_total,
    count(*) FILTER (WHERE payment_status = 'PARTIALLY_PAID') AS partially_paid_invoices,
    coalesce(
        sum(gross_total) FILTER (WHERE payment_status = 'PARTIALLY_PAID'), 0
    ) AS partially_paid_total,
    count(*) FILTER (WHERE is_overdue) AS overdue_invoices,
    coalesce(sum(gross_total) FILTER (WHERE is_overdue), 0) AS overdue_total,
    min(due_date) AS earliest_due_date
FROM sequence_views.invoices
WHERE is_outstanding
GROUP BY customer_id, currency;

COMMENT ON VIEW sequence_views.outstanding_by_customer IS
    'One row per customer, archived or not, and currency of outstanding invoices. Totals are those '
    'of the invoices: neither partial payments nor credit notes are deducted.';

COMMIT;
