-- An invoice whose refund date does not go with its status, or is missing though something was refunded.
-- source docs/specs/invoice-lifecycle.md section 1.1: the day on which it was cancelled, credited or refunded, or on
--        which part of a paid one was, which may bounce afterwards
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       CASE WHEN invoice.refund_date IS NULL THEN 'a refund date' ELSE 'no refund date' END AS expected,
       format('%s, refund date %s', invoice.invoice_status_code, coalesce(CAST(invoice.refund_date AS text), 'none')) AS found
  FROM invoices AS invoice
 WHERE invoice.id >= :first_invoice
   AND ((invoice.invoice_status_code IN ('CANCELLED', 'CREDITED', 'REFUNDED', 'MANUALLY_REFUNDED')
         AND invoice.refund_date IS NULL)
     OR (invoice.invoice_status_code IN ('PAID', 'GL_UPDATED') AND coalesce(invoice.refund, 0) <> 0
         AND invoice.refund_date IS NULL)
     OR (invoice.refund_date IS NOT NULL
         AND (invoice.invoice_status_code NOT IN ('CANCELLED', 'CREDITED', 'REFUNDED', 'MANUALLY_REFUNDED', 'PAID',
                                                  'SETTLEMENT_SCHED', 'GL_UPDATED', 'GL_UPDATED_REFUND', 'REFUND_REQUESTED', 'CHARGEBACK')
              OR invoice.invoice_status_code IN ('PAID', 'GL_UPDATED', 'SETTLEMENT_SCHED') AND coalesce(invoice.refund, 0) = 0)))
