-- Write a receipt for each application line and invoice, with the amount that was applied.
-- in     -
-- out    the number of rows
-- again  only rows that resolved to applied write receipts
-- source docs/specs/cas-settlement-csv.md section 5.4 and hazard 9 of section 10
--
-- The one row of a lone number pays its one invoice. A credit memo's receipts stand where the memo was applied, and are no
-- more than that. The other rows of a number and its open invoices are laid end to end; where they overlap is a receipt.
-- What CAS applied beyond the open amounts goes to the last invoice, so that the receipts add up to these rows.
WITH settling AS NOT MATERIALIZED (
       SELECT *
         FROM wave_rows
        WHERE outcome = 'applied'
          AND rule <> 'credit_applied'
          AND kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'SETTLE_CREDIT', 'PART_ONE')
          AND amount > 0
     ),
     memo_parts AS (
       SELECT memo.line, memo.source_number, memo.application_date, credit.invoice_id,
              credit.amount_applied AS part
         FROM (SELECT DISTINCT ON (application_id, source_number) *
                 FROM settling
                WHERE record_type = 'CMAP'
                ORDER BY application_id, source_number, line) AS memo
         JOIN applied_credits AS credit
           ON credit.application_id = memo.application_id
          AND credit.cfs_identifier = memo.source_number
          AND credit.invoice_number = memo.target_number
     ),
     invoice_spans AS (
       SELECT target_number, invoice_id, open_before AS starts,
              CASE WHEN is_last THEN 'Infinity' ELSE open_before + open_amount END AS ends
         FROM settled_invoices
     ),
     row_spans AS (
       SELECT settling.line, settling.kind, settling.target_number, settling.source_number,
              settling.application_id, settling.application_date,
              sum(left_over.amount) OVER running - left_over.amount AS starts,
              sum(left_over.amount) OVER running AS ends
         FROM (SELECT *
                 FROM settling
                WHERE target_number IN (SELECT target_number FROM settled_invoices WHERE NOT is_lone)) AS settling
        CROSS JOIN LATERAL (
                SELECT CASE WHEN settling.record_type = 'CMAP'
                             AND EXISTS (SELECT FROM credits
                                          WHERE cfs_identifier = settling.source_number
                                            AND is_credit_memo)
                             AND NOT EXISTS (SELECT FROM applied_credits AS others
                                              WHERE others.application_id = settling.application_id
                                                AND (others.cfs_identifier <> settling.source_number
                                                     OR others.invoice_number <> settling.target_number))
                            THEN 0 ELSE settling.amount END AS amount
              ) AS left_over
       WINDOW running AS (PARTITION BY settling.target_number ORDER BY settling.line)
     )
INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
SELECT invoice_id, receipt_number, application_date, amount
  FROM (
         SELECT applied.line, spans.invoice_id,
                <<applied.receipt>> AS receipt_number,
                applied.application_date,
                least(applied.ends, spans.ends) - greatest(applied.starts, spans.starts) AS amount
           FROM row_spans AS applied
           JOIN invoice_spans AS spans
             ON spans.target_number = applied.target_number
            AND greatest(applied.starts, spans.starts) < least(applied.ends, spans.ends)
          UNION ALL
         SELECT line, invoice_id, source_number, application_date, part
           FROM memo_parts
          UNION ALL
         SELECT settling.line, settled.invoice_id,
                <<settling.receipt>>,
                settling.application_date, settling.amount
           FROM settled_invoices AS settled
           JOIN settling
             ON settling.target_number = settled.target_number
          WHERE settled.is_lone
       ) AS made
 ORDER BY line, invoice_id
