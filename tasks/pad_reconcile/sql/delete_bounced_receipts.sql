-- Delete the receipts of the payment that bounced, and keep them as they were.
-- in     -
-- out    the number of rows
-- again  a receipt that is gone stays gone
-- source docs/specs/cas-settlement-csv.md section 8 step 7; hazard 7 of section 10: only those of this receipt
--
-- Where no receipt of the number's invoices carries the bounced receipt's number, or stands for a part payment of it, the
-- reference wrote it under another one: then all their receipts go, as they do there, save those of a credit memo over
-- what it paid: it did not bounce.
WITH bounced AS (
       SELECT file_id, line, target_number, rule,
              source_number || ARRAY(SELECT part.receipt_number
                                       FROM settlement_parts AS part
                                      WHERE part.target_number = resolved.target_number
                                        AND part.source_number = resolved.source_number) AS receipts
         FROM wave_rows AS resolved
        WHERE outcome = 'applied'
          AND kind = 'BOUNCE'
          AND rule <> 'payment_failed'
     ),
     deleted AS (
       DELETE FROM receipts AS receipt
        USING bounced
         JOIN invoice_references AS reference
           ON reference.invoice_number = bounced.target_number
          AND (reference.status_code = 'ACTIVE'
               OR reference.status_code = 'COMPLETED' AND bounced.rule <> 'another_receipt')
        WHERE receipt.invoice_id = reference.invoice_id
          AND (receipt.receipt_number = ANY (bounced.receipts)
               OR reference.status_code = 'COMPLETED'
                  AND NOT EXISTS (SELECT FROM invoice_references AS mine
                                    JOIN receipts AS other
                                      ON other.invoice_id = mine.invoice_id
                                   WHERE mine.invoice_number = bounced.target_number
                                     AND other.receipt_number = ANY (bounced.receipts))
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
