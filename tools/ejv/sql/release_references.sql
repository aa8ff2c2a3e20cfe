-- Release the active references of what was voided, so that the next run of the payment job takes it: cancelled, but
-- COMPLETED of a refund, which would be sent every night without one. Not of an invoice whose refund is asked for and that
-- was never charged: the job would pay it back.
-- in     -
-- out    name of the table, id, before, after
-- source docs/specs/cgi-ejv-files.md section 8 step 6; section 7.3, weakness 10
UPDATE invoice_references AS reference
   SET status_code = CASE WHEN invoice.invoice_status_code = 'REFUND_REQUESTED'
                           AND invoice.payment_method_code = 'EJV'
                           AND NOT EXISTS (SELECT FROM invoice_references AS settled
                                            WHERE settled.invoice_id = invoice.id
                                              AND settled.status_code = 'COMPLETED') THEN 'COMPLETED'
                          ELSE 'CANCELLED' END
  FROM voided
  JOIN invoices AS invoice
    ON invoice.id = voided.invoice_id
 WHERE reference.invoice_id = voided.invoice_id
   AND reference.status_code = 'ACTIVE'
   AND (   invoice.invoice_status_code <> 'REFUND_REQUESTED'
        OR <<invoice.was_charged>>)
RETURNING 'invoice_references' AS name, reference.id, 'ACTIVE' AS before, reference.status_code AS after
