-- View of groups of line items of invoices, on the tables invoice_line_item_groups and invoices;
-- customers.sql says what all views share, and invoice_line_items.sql which groups are current.

BEGIN;

CREATE SCHEMA IF NOT EXISTS sequence_views;

CREATE OR REPLACE VIEW sequence_views.invoice_line_item_groups AS
SELECT
    line.id,
    line."invoiceId" AS invoice_id,
    invoices."invoiceNumber" AS invoice_number,
    invoices."customerId" AS customer_id,
    invoices.status IN ('FINAL', 'SENT') AS is_issued,
    line.index,
    line.title,
    line.description,
    invoices.currency,
    line."netTotal" AS net_total,
    line."totalTax" AS total_tax,
    line."grossTotal" AS gross_total,
    line."taxCategory" ->> 'id' AS tax_category_id,
    line."taxCategory" ->> 'name' AS tax_category_name,
    line."invoiceUpdatedAt" AT TIME ZONE 'UTC' AS invoice_updated_at
FROM (
    SELECT
        invoice_line_item_groups.*,
        max("invoiceUpdatedAt") OVER (PARTITION BY "invoiceId") AS latest
    FROM sequence.invoice_line_item_groups
) AS line
JOIN sequence.invoices ON invoices.id = line."invoiceId"
WHERE
    line."invoiceUpdatedAt" IS NOT DISTINCT FROM line.latest
    AND (invoices."updatedAt" > line.latest) IS NOT TRUE;

COMMENT ON VIEW sequence_views.invoice_line_item_groups IS
    'One row per current group of line items of an invoice, whatever the invoice''s status.';

COMMIT;
