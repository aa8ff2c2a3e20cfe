-- Choose the invoices that belong on the chosen statements.
-- in     starts, ends: the half-open bounds of the period, naive UTC
-- out    temporary table period_invoices
-- again  reads only
-- source docs/specs/statements.md section 4; the status of an invoice does not matter
CREATE TEMPORARY TABLE period_invoices ON COMMIT DROP AS
SELECT chosen.statement_id,
       invoice.id AS invoice_id,
       invoice.payment_method_code
  FROM period_statements AS chosen
  JOIN invoices AS invoice
    ON invoice.payment_account_id = chosen.payment_account_id
   AND invoice.created_on >= :starts
   AND invoice.created_on < :ends
   AND (invoice.payment_method_code = 'EFT') = chosen.lists_eft
 WHERE NOT EXISTS (
         SELECT FROM covered_days AS covered
          WHERE covered.statement_id = chosen.statement_id
            AND invoice.created_on >= covered.starts
            AND invoice.created_on < covered.ends)
