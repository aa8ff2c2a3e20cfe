-- List the numbers of an account that came back and are still owed, besides those that are taken back.
-- in     account_id, numbers text[]
-- out    number
-- again  reads only
SELECT DISTINCT payment.invoice_number
  FROM payments AS payment
  JOIN invoice_references AS reference
    ON reference.invoice_number = payment.invoice_number
   AND reference.status_code = 'ACTIVE'
  JOIN invoices AS invoice
    ON invoice.id = reference.invoice_id
   AND invoice.invoice_status_code NOT IN (<<final>>)
 WHERE payment.payment_account_id = :account_id
   AND payment.payment_method_code NOT IN ('CC', 'DIRECT_PAY')
   AND payment.payment_status_code = 'FAILED'
   AND payment.invoice_number <> ALL (CAST(:numbers AS text[]))
 ORDER BY 1
