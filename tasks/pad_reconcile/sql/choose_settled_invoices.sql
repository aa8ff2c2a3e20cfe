-- Choose the invoices that the applied rows of the wave settle, wholly or in part, or pay after they were settled.
-- in     -
-- out    temporary table settled_invoices: one row an invoice, in their order, with what was applied to its number, what
--        is still open of it before the wave, and how much is open of the number's invoices before it; is_lone says that
--        the number has one row, which is no credit memo's, and one invoice
-- again  reads only
--
-- Nearly every number has one invoice: only the others are sorted and added up.
CREATE TEMPORARY TABLE settled_invoices ON COMMIT DROP AS
WITH numbers AS (
       SELECT target_number,
              bool_or(kind <> 'PART_ONE' AND rule <> 'came_late') AS is_settled,
              bool_and(rule = 'came_late') AS is_late,
              max(application_date) AS application_date,
              min(outstanding_amount) AS outstanding_amount,
              sum(amount) AS applied,
              bool_or(record_type = 'CMAP') AS has_memo,
              count(*) AS rows
         FROM wave_rows
        WHERE outcome = 'applied'
          AND kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'SETTLE_CREDIT', 'PART_ONE')
        GROUP BY target_number
     ),
     chosen AS MATERIALIZED (
       SELECT numbers.*,
              unpaid.reference_id,
              unpaid.invoice_id,
              unpaid.total,
              unpaid.open_amount
         FROM numbers
         JOIN open_invoices AS unpaid
           ON unpaid.invoice_number = numbers.target_number
          AND unpaid.status_code = CASE WHEN numbers.is_late THEN 'COMPLETED' ELSE 'ACTIVE' END
        WHERE NOT numbers.is_late
           OR unpaid.payment_method_code <> 'CC'
     )
SELECT chosen.target_number, chosen.is_settled, chosen.is_late, chosen.application_date, chosen.outstanding_amount,
       chosen.applied, chosen.has_memo, chosen.reference_id, chosen.invoice_id, chosen.total, chosen.open_amount,
       coalesce(shared.open_before, 0) AS open_before,
       coalesce(shared.is_last, true) AS is_last,
       chosen.rows = 1 AND NOT chosen.has_memo AND shared.reference_id IS NULL AS is_lone
  FROM chosen
  LEFT JOIN (SELECT reference_id,
                    sum(open_amount) OVER running - open_amount AS open_before,
                    lead(invoice_id) OVER running IS NULL AS is_last
               FROM chosen
              WHERE target_number IN (SELECT target_number FROM chosen GROUP BY target_number HAVING count(*) > 1)
             WINDOW running AS (PARTITION BY target_number ORDER BY invoice_id)) AS shared
    ON shared.reference_id = chosen.reference_id
 ORDER BY chosen.invoice_id
