-- Drop our receipts that CFS does not have so: of these invoices, under these receipt numbers. They are kept as they were.
-- in     invoice_ids int[], receipt_numbers text[], rows jsonb: [{invoice_id, receipt_number, amount}], cause,
--        now (naive UTC)
-- out    nothing
-- again  a row that is right is left alone
WITH wanted AS (
    SELECT *
      FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS row (invoice_id integer, receipt_number text, amount numeric(19,2))
),
known AS (
    SELECT receipt.invoice_id, receipt.receipt_number, sum(receipt.receipt_amount::numeric(19,2)) AS amount
      FROM receipts AS receipt
     WHERE receipt.invoice_id = ANY(:invoice_ids)
       AND receipt.receipt_number = ANY(:receipt_numbers)
     GROUP BY receipt.invoice_id, receipt.receipt_number
),
dropped AS (
    DELETE FROM receipts AS receipt
     USING known
      LEFT JOIN wanted USING (invoice_id, receipt_number, amount)
     WHERE wanted.invoice_id IS NULL
       AND receipt.invoice_id = known.invoice_id
       AND receipt.receipt_number = known.receipt_number
 RETURNING receipt.id, to_jsonb(receipt) AS was
)
INSERT INTO pay_jobs.kept_rows (pay_table, row_id, was, cause, kept_on)
SELECT 'receipts', id, was, :cause, CAST(:now AS timestamp) AT TIME ZONE 'UTC'
  FROM dropped
