-- Write a receipt for each application line and invoice, with the amount that was applied.
-- in     -
-- out    the number of rows
-- again  only rows that resolved to applied write receipts
-- source docs/specs/cas-settlement-csv.md section 5.4 and hazard 9 of section 10
--
-- The rows of a number and its open invoices are laid end to end; where they overlap is a receipt. What CAS applied
-- beyond the open amounts goes to the last invoice, so that the receipts always add up to the rows.
WITH invoice_spans AS (
       SELECT target_number, invoice_id,
              sum(open_amount) OVER running - open_amount AS starts,
              CASE WHEN lead(invoice_id) OVER (PARTITION BY target_number ORDER BY invoice_id) IS NULL
                   THEN 'Infinity' ELSE sum(open_amount) OVER running END AS ends
         FROM settled_invoices
       WINDOW running AS (PARTITION BY target_number ORDER BY invoice_id)
     ),
     row_spans AS (
       SELECT file_id, line, kind, target_number, source_number, application_id, application_date,
              sum(amount) OVER running - amount AS starts,
              sum(amount) OVER running AS ends
         FROM settlement_resolved
        WHERE outcome = 'applied'
          AND kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'SETTLE_CREDIT', 'PART_ONE')
          AND amount > 0
       WINDOW running AS (PARTITION BY target_number ORDER BY file_id, line)
     )
INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
SELECT spans.invoice_id,
       CASE WHEN applied.kind = 'PART_ONE' AND applied.application_id IS NOT NULL
            THEN CAST(applied.application_id AS text) ELSE applied.source_number END,
       applied.application_date,
       least(applied.ends, spans.ends) - greatest(applied.starts, spans.starts)
  FROM row_spans AS applied
  JOIN invoice_spans AS spans
    ON spans.target_number = applied.target_number
   AND spans.starts < applied.ends
   AND applied.starts < spans.ends
 ORDER BY applied.file_id, applied.line, spans.invoice_id
