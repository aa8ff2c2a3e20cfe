-- Complete the active references of what was accepted, cancel those of what was refused: they would keep the invoice
-- out of every later batch. A refused refund is sent again once, as it was before, where its reference is COMPLETED;
-- without one it would be sent every night. Where money was given back for an invoice that is still owed, the reference
-- keeps it out of the next batch until somebody has looked; so does that of a refund that was never charged, for which
-- the next batch would pay back what nobody paid.
-- in     -
-- out    nothing
-- again  only active references change
-- source docs/specs/cgi-ejv-files.md section 7.2, weakness 10
UPDATE invoice_references AS reference
   SET status_code = CASE WHEN item.is_accepted THEN 'COMPLETED'
                          WHEN item.invoice_status = 'REFUND_REQUESTED'
                           AND invoice.payment_method_code = 'EJV'
                           AND NOT EXISTS (SELECT FROM invoice_references AS settled
                                            WHERE settled.invoice_id = item.invoice_id
                                              AND settled.status_code = 'COMPLETED') THEN 'COMPLETED'
                          ELSE 'CANCELLED' END
  FROM feedback_items AS item
  JOIN invoices AS invoice
    ON invoice.id = item.invoice_id
 WHERE item.outcome = 'applied'
   AND item.link_type = 'invoice'
   AND NOT item.was_never_charged
   AND item.rule <> 'in_newer_batch'
   AND NOT (item.is_accepted AND item.effect = 'returned'
            AND item.invoice_status IN ('APPROVED', 'CREATED', 'OVERDUE', 'PARTIAL_PAID', 'SETTLEMENT_SCHED'))
   AND reference.invoice_id = item.invoice_id
   AND reference.status_code = 'ACTIVE'
