-- An invoice in a status that its payment method does not have.
-- source docs/specs/invoice-lifecycle.md sections 1 and 2
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       format('a status of %s', invoice.payment_method_code) AS expected,
       invoice.invoice_status_code AS found
  FROM invoices AS invoice
 WHERE invoice.id >= :first_invoice
   AND ((invoice.invoice_status_code = 'APPROVED' AND invoice.payment_method_code NOT IN ('PAD', 'EJV', 'EFT', 'INTERNAL'))
     OR (invoice.invoice_status_code = 'CREATED' AND invoice.payment_method_code IN ('PAD', 'EJV', 'EFT'))
     OR (invoice.invoice_status_code = 'SETTLEMENT_SCHED' AND invoice.payment_method_code NOT IN ('PAD', 'ONLINE_BANKING'))
     OR (invoice.invoice_status_code = 'PARTIAL_PAID' AND invoice.payment_method_code NOT IN ('ONLINE_BANKING', 'EFT'))
     OR (invoice.invoice_status_code = 'OVERDUE' AND invoice.payment_method_code <> 'EFT')
     OR (invoice.invoice_status_code IN ('GL_UPDATED', 'GL_UPDATED_REFUND', 'CHARGEBACK')
         AND invoice.payment_method_code NOT IN ('DIRECT_PAY', 'CC'))
     OR (invoice.invoice_status_code = 'CREDITED' AND invoice.payment_method_code NOT IN ('PAD', 'ONLINE_BANKING'))
     OR (invoice.invoice_status_code = 'REFUNDED' AND invoice.payment_method_code IN ('PAD', 'CC'))
     OR (invoice.invoice_status_code = 'REFUND_REQUESTED' AND invoice.payment_method_code IN ('PAD', 'CC', 'ONLINE_BANKING')))
