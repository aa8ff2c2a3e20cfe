-- Write a receipt for each invoice that became paid and has none: the receipt page of the API fails without.
-- in     -
-- out    the number of rows
-- again  an invoice with a receipt is left alone
-- source docs/specs/cas-settlement-csv.md section 5.4
--
-- Where credit memos left nothing open, the receipts are the memos'; else nothing was paid of it, which is a receipt
-- over 0.00 of the row that settled it. An invoice of which something was open, and which the money reached, has one.
WITH doubtful AS MATERIALIZED (
       SELECT *
         FROM settled_invoices
        WHERE is_settled
          AND (open_amount = 0 OR open_before >= applied OR has_memo)
     ),
     first_rows AS (
       SELECT DISTINCT ON (target_number) target_number, source_number
         FROM wave_rows
        WHERE outcome = 'applied'
          AND kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'SETTLE_CREDIT')
          AND target_number IN (SELECT target_number FROM doubtful)
        ORDER BY target_number, line
     )
INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
SELECT settled.invoice_id,
       coalesce(memo.cfs_identifier, first_rows.source_number),
       settled.application_date,
       coalesce(memo.amount, 0)
  FROM doubtful AS settled
  JOIN invoices AS invoice
    ON invoice.id = settled.invoice_id
   AND invoice.invoice_status_code = 'PAID'
  JOIN first_rows
    ON first_rows.target_number = settled.target_number
  LEFT JOIN LATERAL (
         SELECT credit.cfs_identifier, sum(credit.amount_applied) AS amount
           FROM applied_credits AS credit
          WHERE credit.invoice_id = settled.invoice_id
          GROUP BY credit.cfs_identifier
       ) AS memo ON true
 WHERE NOT EXISTS (SELECT FROM receipts AS receipt WHERE receipt.invoice_id = settled.invoice_id)
 ORDER BY settled.invoice_id, memo.cfs_identifier
