-- View of line items of invoices, on the tables invoice_line_items and invoices; customers.sql says
-- what all views share.
--
-- Line items that were deleted stay in their table. Those of an invoice that were asked for last
-- are its current ones, unless the invoice has changed since: then they aren't loaded yet, or there
-- are none left; or unless the invoice is gone. Before version 2024-07-30 of the API nothing tells, and all count.

BEGIN;

CREATE SCHEMA IF NOT EXISTS sequence_views;

CREATE OR REPLACE VIEW sequence_views.invoice_line_items AS
SELECT
    line.id,
    line."invoiceId" AS invoice_id,
    invoices."invoiceNumber" AS invoice_number,
    invoices."customerId" AS customer_id,
    invoices.status IN ('FINAL', 'SENT') AS is_issued,
    line.index,
    line."groupId" AS group_id,
    line.title,
    line.description,
    line.quantity,
    line.rate,
    line."rateDisplay" AS rate_display,
    line."taxRate" AS tax_rate,
    invoices.currency,
    line."netTotal" AS net_total,
    line."totalTax" AS total_tax,
    line."grossTotal" AS gross_total,
    (line."servicePeriod" ->> 'startDate')::date AS service_start_date,
    (line."servicePeriod" ->> 'endDate')::date AS service_end_date,
    line."priceId" AS price_id,
    line."productId" AS product_id,
    line."creditGrantId" AS credit_grant_id,
    line."revenueClassification" AS revenue_classification,
    line."revenueRecognitionMethod" AS revenue_recognition_method,
    line."invoiceUpdatedAt" AT TIME ZONE 'UTC' AS invoice_updated_at
FROM (
    SELECT
        invoice_line_items.*,
        max("invoiceUpdatedAt") OVER (PARTITION BY "invoiceId") AS latest
    FROM sequence.invoice_line_items
) AS line
JOIN sequence.invoices ON invoices.id = line."invoiceId"
WHERE
    line."invoiceUpdatedAt" IS NOT DISTINCT FROM line.latest
    AND (invoices."updatedAt" > line.latest) IS NOT TRUE;

COMMENT ON VIEW sequence_views.invoice_line_items IS
    'One row per current line item of an invoice, whatever the invoice''s status.';

COMMIT;
