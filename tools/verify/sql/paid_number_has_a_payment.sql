-- A PAD or online banking invoice that is paid with no completed payment of its number, or of its bank receipt.
-- source docs/specs/cas-settlement-csv.md section 6; what credits and money on account paid has none, whatever of both it
--        took; an invoice of a number that was paid by card has the card's, and the payment of a bank receipt over several
--        rows bears no number. A part of a bank receipt bears the application's id, which its row names whatever became of
--        it. One without any receipt is told by INV-SETTLED
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       'a completed payment' AS expected,
       format('none of %s', min(reference.invoice_number)) AS found
  FROM invoices AS invoice
  JOIN invoice_references AS reference
    ON reference.invoice_id = invoice.id
   AND reference.invoice_id >= :first_invoice
   AND reference.status_code = 'COMPLETED'
  LEFT JOIN payments AS payment
    ON payment.invoice_number = reference.invoice_number
   AND payment.payment_status_code = 'COMPLETED'
 WHERE invoice.id >= :first_invoice
   AND invoice.invoice_status_code = 'PAID'
   AND invoice.payment_method_code IN ('PAD', 'ONLINE_BANKING')
   AND invoice.total > 0
   AND payment.id IS NULL
   AND (invoice.payment_method_code = 'PAD'
        OR NOT EXISTS (SELECT FROM receipts AS receipt
                         LEFT JOIN pay_jobs.settlement_rows AS part
                           ON part.target_number = reference.invoice_number
                          AND part.kind = 'PART_ONE'
                          AND <<part.receipt>> = receipt.receipt_number
                         JOIN payments AS bank
                           ON bank.receipt_number = coalesce(part.source_number, receipt.receipt_number)
                          AND bank.payment_status_code = 'COMPLETED'
                        WHERE receipt.invoice_id = invoice.id))
   AND EXISTS (SELECT FROM receipts AS receipt
                WHERE receipt.invoice_id = invoice.id
                  AND NOT EXISTS (SELECT FROM applied_credits AS applied
                                   WHERE applied.invoice_id = invoice.id
                                     AND applied.cfs_identifier = receipt.receipt_number)
                  AND NOT EXISTS (SELECT FROM credits AS credit
                                   WHERE credit.cfs_identifier = receipt.receipt_number
                                     AND NOT coalesce(credit.is_credit_memo, false)
                                     AND NOT EXISTS (SELECT FROM pay_jobs.settlement_rows AS line
                                                      WHERE line.target_number = reference.invoice_number
                                                        AND line.source_number = receipt.receipt_number
                                                        AND line.record_type = 'BOLP'
                                                        AND line.outcome = 'applied'))
                  AND NOT EXISTS (SELECT FROM pay_jobs.settlement_rows AS line
                                   WHERE line.target_number = reference.invoice_number
                                     AND line.source_number = receipt.receipt_number
                                     AND line.kind = 'SETTLE_CREDIT'
                                     AND line.outcome = 'applied'))
 GROUP BY invoice.id
