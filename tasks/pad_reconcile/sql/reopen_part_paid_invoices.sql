-- Open the invoices again of which a receipt that bounced had paid a part, and which the rest has not settled yet; keep
-- them as they were.
-- in     now (naive UTC)
-- out    the number of invoices
-- again  a bounce that was applied before deletes no receipt again; an invoice in a final state keeps it
-- source docs/specs/cas-settlement-csv.md section 8 step 7, which says it of an invoice that was settled
WITH bounced AS (
       SELECT DISTINCT ON (invoice.id) gone.file_id, gone.line, invoice.id, to_jsonb(invoice) AS was
         FROM wave_rows AS resolved
         JOIN pay_jobs.bounce_rows AS gone
           ON gone.file_id = resolved.file_id
          AND gone.line = resolved.line
          AND gone.pay_table = 'receipts'
         JOIN invoice_references AS reference
           ON reference.invoice_number = resolved.target_number
          AND reference.invoice_id = CAST(gone.was ->> 'invoice_id' AS integer)
          AND reference.status_code = 'ACTIVE'
         JOIN invoices AS invoice
           ON invoice.id = reference.invoice_id
          AND (invoice.invoice_status_code = 'PARTIAL_PAID'
               OR invoice.invoice_status_code IN (<<final>>) AND invoice.paid <> 0)
        WHERE resolved.kind = 'BOUNCE'
          AND resolved.outcome = 'applied'
        ORDER BY invoice.id, gone.line
     ),
     changed AS (
       UPDATE invoices AS invoice
          SET invoice_status_code = CASE invoice.invoice_status_code WHEN 'PARTIAL_PAID' THEN 'SETTLEMENT_SCHED'
                                    ELSE invoice.invoice_status_code END,
              paid = 0,
              updated_on = CASE WHEN invoice.invoice_status_code IN (<<removed>>) THEN invoice.updated_on ELSE :now END,
              updated_by = NULL,
              updated_name = NULL
         FROM bounced
        WHERE invoice.id = bounced.id
     )
INSERT INTO pay_jobs.bounce_rows (file_id, line, pay_table, row_id, was)
SELECT file_id, line, 'invoices', id, was
  FROM bounced
