-- What credit memos and money on account had paid of invoices that a receipt of these days covers again.
-- out    temporary table closing_covered: one row for each receipt and credit
-- source docs/specs/cas-settlement-csv.md weakness 9: other services write a receipt over the total of the invoice
CREATE TEMPORARY TABLE closing_covered ON COMMIT DROP AS
SELECT receipt.id AS receipt_id, receipt.invoice_id, receipt.receipt_number, receipt.method, receipt.at, receipt.origin,
       credit.key, credit.amount
  FROM closing_receipts AS receipt
  JOIN (SELECT invoice_id, created_on AS at, cfs_identifier, 'applied credit ' || id AS key,
               CAST(amount_applied AS numeric(19,2)) AS amount
          FROM applied_credits
         UNION ALL
        SELECT invoice_id, at, NULL, key, amount
          FROM closing_partly) AS credit
    ON credit.invoice_id = receipt.invoice_id
   AND credit.at <= receipt.at
 WHERE receipt.source = 'other'
   AND receipt.amount > 0
   AND receipt.total = receipt.amount
                       + coalesce((SELECT sum(CAST(other.receipt_amount AS numeric(19,2)))
                                     FROM receipts AS other
                                    WHERE other.invoice_id = receipt.invoice_id
                                      AND other.id <> receipt.id
                                      AND other.receipt_date <= receipt.at), 0)
   AND NOT EXISTS (SELECT FROM receipts AS memo
                    WHERE memo.invoice_id = receipt.invoice_id
                      AND memo.receipt_number = credit.cfs_identifier)
