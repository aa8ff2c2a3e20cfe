-- Write the receipts that CFS has and we do not.
-- in     now (naive UTC), rows jsonb: [{invoice_id, receipt_number, amount}]
-- out    nothing
-- again  a row that is there is left alone
INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
SELECT wanted.invoice_id, wanted.receipt_number, :now, wanted.amount
  FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS wanted (invoice_id integer, receipt_number text, amount numeric(19,2))
 WHERE NOT EXISTS (
       SELECT 1
         FROM receipts AS receipt
        WHERE receipt.invoice_id = wanted.invoice_id
          AND receipt.receipt_number = wanted.receipt_number
       )
 ORDER BY wanted.invoice_id, wanted.receipt_number
