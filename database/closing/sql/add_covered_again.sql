-- invoices.covered_again: what credit memos had paid of an invoice that a receipt over all of it covers again.
-- in     since, until (naive UTC)
-- After it was given up nothing of an invoice is owed, and nothing is covered again.
-- source docs/specs/cas-settlement-csv.md weakness 9: other services write a receipt over the total of the invoice
INSERT INTO closing_rows
SELECT 'invoices.covered_again', [[receipt.at]], receipt.method, receipt.invoice_id, CAST(NULL AS text),
       'applied credit ' || applied.id, CAST(applied.amount_applied AS numeric(19,2)), receipt.origin
  FROM closing_receipts AS receipt
  JOIN applied_credits AS applied
    ON applied.invoice_id = receipt.invoice_id
   AND applied.created_on <= receipt.at
  LEFT JOIN closing_given_up AS given_up
    ON given_up.invoice_id = receipt.invoice_id
 WHERE receipt.source = 'other'
   AND (given_up.at IS NULL OR receipt.at <= given_up.at)
   AND receipt.amount > 0
   AND receipt.total = receipt.amount
                       + coalesce((SELECT sum(CAST(other.receipt_amount AS numeric(19,2)))
                                     FROM receipts AS other
                                    WHERE other.invoice_id = receipt.invoice_id
                                      AND other.id <> receipt.id
                                      AND other.receipt_date <= receipt.at), 0)
   AND NOT EXISTS (SELECT FROM receipts AS memo
                    WHERE memo.invoice_id = receipt.invoice_id
                      AND memo.receipt_number = applied.cfs_identifier)
