-- Open the invoices again that the bounced payment had paid, and their references; keep them as they were.
-- in     now (naive UTC)
-- out    the number of rows
-- again  an open reference is left alone; an invoice in a final state keeps it, but nothing is paid of it any more
-- source docs/specs/cas-settlement-csv.md section 8 step 7
WITH reopened AS (
       UPDATE invoice_references AS reference
          SET status_code = 'ACTIVE'
         FROM bounced_payments AS bounced,
              invoice_references AS old
        WHERE reference.invoice_number = bounced.target_number
          AND reference.status_code = 'COMPLETED'
          AND old.id = reference.id
    RETURNING bounced.file_id, bounced.line, reference.id, reference.invoice_id, to_jsonb(old) AS was
     ),
     changed AS (
       UPDATE invoices AS invoice
          SET invoice_status_code = CASE WHEN invoice.invoice_status_code IN (<<final>>)
                                         THEN invoice.invoice_status_code ELSE 'SETTLEMENT_SCHED' END,
              paid = 0,
              updated_on = CASE WHEN invoice.invoice_status_code IN (<<removed>>) THEN invoice.updated_on ELSE :now END,
              updated_by = NULL,
              updated_name = NULL
         FROM reopened,
              invoices AS old
        WHERE invoice.id = reopened.invoice_id
          AND old.id = invoice.id
    RETURNING reopened.file_id, reopened.line, invoice.id, to_jsonb(old) AS was
     )
INSERT INTO pay_jobs.bounce_rows (file_id, line, pay_table, row_id, was)
SELECT file_id, line, 'invoice_references', id, was
  FROM reopened
 UNION ALL
SELECT file_id, line, 'invoices', id, was
  FROM changed
