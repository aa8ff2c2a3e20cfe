-- A failed payment whose receipt still stands on an invoice of its number.
-- source docs/specs/cas-settlement-csv.md section 8 steps 7 and 12; a receipt under a credit memo's number did not bounce,
--        and one of a part payment bears its Application Id (section 5.4).
--        The EFT job writes receipts first, and CAS completes its payments (section 2). Deposits of routing slips bear the
--        slip's number, not an invoice's
SELECT 'payment ' || payment.id AS row,
       'explain invoice ' || min(receipt.invoice_id) AS next,
       payment.payment_account_id AS account_id,
       payment.payment_date AS day,
       format('no receipt %s', payment.receipt_number) AS expected,
       format('%s of it', sum(CAST(receipt.receipt_amount AS numeric(19,2)))) AS found
  FROM payments AS payment
  JOIN invoice_references AS reference
    ON reference.invoice_number = payment.invoice_number
   AND reference.status_code <> 'CANCELLED'
  JOIN receipts AS receipt
    ON receipt.invoice_id = reference.invoice_id
   AND (receipt.receipt_number = payment.receipt_number
        OR EXISTS (SELECT FROM pay_jobs.settlement_rows AS part
                    WHERE part.target_number = payment.invoice_number
                      AND part.source_number = payment.receipt_number
                      AND part.kind = 'PART_ONE'
                      AND <<part.counts>>
                      AND <<part.receipt>> = receipt.receipt_number))
 WHERE (CAST(:since AS timestamp) IS NULL OR payment.payment_date >= :since)
   AND (payment.payment_status_code = 'FAILED'
        OR payment.payment_status_code <> 'COMPLETED' AND payment.payment_method_code <> 'EFT')
   AND NOT EXISTS (SELECT FROM applied_credits AS applied
                    WHERE applied.invoice_id = receipt.invoice_id
                      AND applied.cfs_identifier = receipt.receipt_number)
   AND NOT EXISTS (SELECT FROM payments AS again
                    WHERE again.invoice_number = payment.invoice_number
                      AND again.receipt_number = payment.receipt_number
                      AND again.payment_status_code = 'COMPLETED')
 GROUP BY payment.id
