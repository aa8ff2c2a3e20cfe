-- Choose the open invoices that the applied rows of the wave settle, wholly or in part.
-- in     -
-- out    temporary table settled_invoices: one row an invoice, with what is still open before the wave
-- again  reads only
--
-- What is open: the total, less receipts, less credits that have no receipt of their own.
CREATE TEMPORARY TABLE settled_invoices ON COMMIT DROP AS
WITH numbers AS (
       SELECT target_number,
              bool_or(kind <> 'PART_ONE') AS is_settled,
              max(application_date) AS application_date,
              (array_agg(outstanding_amount ORDER BY line DESC))[1] AS outstanding_amount
         FROM settlement_resolved
        WHERE outcome = 'applied'
          AND kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'SETTLE_CREDIT', 'PART_ONE')
        GROUP BY target_number
     )
SELECT numbers.target_number,
       numbers.is_settled,
       numbers.application_date,
       numbers.outstanding_amount,
       reference.id AS reference_id,
       invoice.id AS invoice_id,
       invoice.total,
       greatest(invoice.total - coalesce(receipted.amount, 0) - coalesce(credited.amount, 0), 0) AS open_amount
  FROM numbers
  JOIN invoice_references AS reference
    ON reference.invoice_number = numbers.target_number
   AND reference.status_code = 'ACTIVE'
  JOIN invoices AS invoice
    ON invoice.id = reference.invoice_id
  LEFT JOIN LATERAL (
         SELECT sum(CAST(receipt.receipt_amount AS numeric(19,2))) AS amount
           FROM receipts AS receipt
          WHERE receipt.invoice_id = invoice.id
       ) AS receipted ON true
  LEFT JOIN LATERAL (
         SELECT sum(credit.amount_applied) AS amount
           FROM applied_credits AS credit
          WHERE credit.invoice_id = invoice.id
            AND NOT EXISTS (SELECT FROM receipts AS receipt
                             WHERE receipt.invoice_id = credit.invoice_id
                               AND receipt.receipt_number = credit.cfs_identifier)
       ) AS credited ON true
