-- Delete the receipts of the payment that bounced, and keep them as they were.
-- in     -
-- out    the number of rows
-- again  a receipt that is gone stays gone
-- source docs/specs/cas-settlement-csv.md section 8 step 7; hazard 7 of section 10: only those of this receipt
--
-- Where no receipt of the number's invoices carries the bounced receipt's number, the reference wrote it under another
-- one: then all their receipts go, as they do there, save those of a credit memo over what it paid: it did not bounce.
WITH deleted AS (
       DELETE FROM receipts AS receipt
        USING wave_rows AS bounced
         JOIN invoice_references AS reference
           ON reference.invoice_number = bounced.target_number
          AND reference.status_code = CASE bounced.rule WHEN 'another_receipt' THEN 'ACTIVE' ELSE 'COMPLETED' END
        WHERE bounced.outcome = 'applied'
          AND bounced.kind = 'BOUNCE'
          AND bounced.rule <> 'payment_failed'
          AND receipt.invoice_id = reference.invoice_id
          AND (receipt.receipt_number = bounced.source_number
               OR NOT EXISTS (SELECT FROM invoice_references AS mine
                                JOIN receipts AS other
                                  ON other.invoice_id = mine.invoice_id
                               WHERE mine.invoice_number = bounced.target_number
                                 AND other.receipt_number = bounced.source_number)
                  AND CAST(receipt.receipt_amount AS numeric(19,2)) > coalesce((
                        SELECT sum(credit.amount_applied)
                          FROM applied_credits AS credit
                         WHERE credit.invoice_id = receipt.invoice_id
                           AND credit.cfs_identifier = receipt.receipt_number), -1))
    RETURNING bounced.file_id, bounced.line, receipt.id, to_jsonb(receipt) AS was
     )
INSERT INTO pay_jobs.bounce_rows (file_id, line, pay_table, row_id, was)
SELECT file_id, line, 'receipts', id, was
  FROM deleted
