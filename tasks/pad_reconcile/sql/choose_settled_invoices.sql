-- Choose the invoices that the applied rows of the wave settle, wholly or in part, or pay after they were settled.
-- in     -
-- out    temporary table settled_invoices: one row an invoice, in their order, with what was applied to its number, what
--        is still open of it before the wave, and how much is open of the number's invoices before it
-- again  reads only
CREATE TEMPORARY TABLE settled_invoices ON COMMIT DROP AS
WITH numbers AS (
       SELECT target_number,
              bool_or(kind <> 'PART_ONE' AND rule <> 'came_late') AS is_settled,
              bool_and(rule = 'came_late') AS is_late,
              max(application_date) AS application_date,
              min(outstanding_amount) FILTER (WHERE kind = 'PART_ONE') AS outstanding_amount,
              sum(amount) FILTER (WHERE rule <> 'came_late') AS applied,
              bool_or(record_type = 'CMAP') AS has_memo
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
SELECT chosen.*,
       sum(open_amount) OVER running - open_amount AS open_before,
       lead(invoice_id) OVER (PARTITION BY target_number ORDER BY invoice_id) IS NULL AS is_last
  FROM chosen
WINDOW running AS (PARTITION BY target_number ORDER BY invoice_id)
 ORDER BY invoice_id
