-- Forget the receipts of some invoices: CFS has nothing applied to them any more. They are kept as they were.
-- in     invoice_ids int[], cause, now (naive UTC)
-- out    nothing
-- again  there is nothing left to forget
WITH dropped AS (
       DELETE FROM receipts AS receipt
        WHERE receipt.invoice_id = ANY(:invoice_ids)
    RETURNING receipt.id, to_jsonb(receipt) AS was
     )
INSERT INTO pay_jobs.kept_rows (pay_table, row_id, was, cause, kept_on)
SELECT 'receipts', id, was, :cause, CAST(:now AS timestamp) AT TIME ZONE 'UTC'
  FROM dropped
