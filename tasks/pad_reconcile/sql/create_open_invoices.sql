-- Create the view of the references with what is open of their invoices: its total, less receipts, less what credit memos paid of it.
-- in     -
-- out    temporary view open_invoices
-- again  it is dropped with the table, at the end of the transaction
-- source docs/specs/cas-settlement-csv.md section 5.4
--
-- An invoice counts once, also where two references of one status give it the same number. A receipt that bears a memo's
-- number is that memo's application: the two are counted once. Nearly no invoice has either yet: EXISTS finds that out for
-- all of them at once.
CREATE TEMPORARY VIEW open_invoices AS
SELECT invoice.*,
       greatest(
         invoice.total
           - CASE WHEN EXISTS (SELECT FROM receipts AS receipt WHERE receipt.invoice_id = invoice.invoice_id) THEN
             coalesce((SELECT sum(CAST(receipt.receipt_amount AS numeric(19,2)))
                         FROM receipts AS receipt
                        WHERE receipt.invoice_id = invoice.invoice_id), 0) ELSE 0 END
           - CASE WHEN EXISTS (SELECT FROM applied_credits AS credit WHERE credit.invoice_id = invoice.invoice_id) THEN
             coalesce((SELECT sum(greatest(memo.amount - coalesce((
                                SELECT sum(CAST(receipt.receipt_amount AS numeric(19,2)))
                                  FROM receipts AS receipt
                                 WHERE receipt.invoice_id = invoice.invoice_id
                                   AND receipt.receipt_number = memo.cfs_identifier), 0), 0))
                         FROM (SELECT credit.cfs_identifier, sum(credit.amount_applied) AS amount
                                 FROM applied_credits AS credit
                                WHERE credit.invoice_id = invoice.invoice_id
                                GROUP BY credit.cfs_identifier) AS memo), 0) ELSE 0 END,
         0) AS open_amount
  FROM settlement_references AS invoice
 WHERE NOT EXISTS (SELECT FROM settlement_references AS twin
                    WHERE twin.invoice_number = invoice.invoice_number
                      AND twin.status_code    = invoice.status_code
                      AND twin.invoice_id     = invoice.invoice_id
                      AND twin.reference_id   < invoice.reference_id)
