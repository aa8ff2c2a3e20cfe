-- Set the disbursement state of the invoices that were voided back: to none, and of a reversal to COMPLETED, from which
-- the partner job takes reversals.
-- in     now (naive UTC)
-- out    name of the table, id, before, after
-- source docs/specs/cgi-ejv-files.md sections 5 and 7.2: the partner job takes what is ERRORED up by itself, save a reversal
WITH old AS (
       SELECT DISTINCT invoice.id, invoice.disbursement_status_code AS before,
              invoice.invoice_status_code IN (<<refunded>>)
                AND invoice.disbursement_date IS NOT NULL AS is_reversal
         FROM voided
         JOIN invoices AS invoice
           ON invoice.id = voided.invoice_id
        WHERE invoice.disbursement_status_code IN ('UPLOADED', 'ACKNOWLEDGED')
           OR invoice.disbursement_status_code = 'ERRORED'
              AND invoice.invoice_status_code IN (<<refunded>>)
              AND invoice.disbursement_date IS NOT NULL
     )
UPDATE invoices AS invoice
   SET disbursement_status_code = CASE WHEN old.is_reversal THEN 'COMPLETED' END,
       updated_on               = CASE WHEN invoice.invoice_status_code IN (<<removed>>) THEN invoice.updated_on ELSE :now END,
       updated_by               = NULL,
       updated_name             = NULL
  FROM old
 WHERE invoice.id = old.id
   AND invoice.disbursement_status_code IN ('UPLOADED', 'ACKNOWLEDGED', 'ERRORED')
RETURNING 'invoices.disbursement' AS name, invoice.id, old.before, invoice.disbursement_status_code AS after
