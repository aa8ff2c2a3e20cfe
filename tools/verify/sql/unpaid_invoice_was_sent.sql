-- An invoice that waits for money that was asked for, without the reference under which it was.
-- source docs/specs/invoice-lifecycle.md section 2: PAD bounced, online banking sent to CFS or paid in part; an NSF fee
--        has the reference of what bounced. A card payment of the bundle replaces it by a consolidated one (5.1, P15). A
--        slip's transaction that never reached CFS has none (routing-slips.md section 3.4)
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       'an active reference' AS expected,
       format('%s, none active', invoice.invoice_status_code) AS found
  FROM invoices AS invoice
 WHERE invoice.id >= :first_invoice
   AND (invoice.invoice_status_code IN ('SETTLEMENT_SCHED', 'PARTIAL_PAID')
        OR invoice.invoice_status_code = 'CREATED'
           AND (EXISTS (SELECT FROM non_sufficient_funds AS bounce WHERE bounce.invoice_id = invoice.id)
                OR invoice.payment_method_code = 'INTERNAL'
                   AND EXISTS (SELECT FROM invoice_references AS known WHERE known.invoice_id = invoice.id)))
   AND NOT EXISTS (SELECT FROM invoice_references AS reference
                    WHERE reference.invoice_id = invoice.id
                      AND reference.status_code = 'ACTIVE')
