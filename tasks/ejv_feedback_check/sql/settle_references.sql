-- Complete the active references of what was accepted, cancel those of what was refused: they would keep the invoice
-- out of every later batch. Where money was given back for an invoice that is still owed, the reference keeps it out of
-- the next batch until somebody has looked; so does that of a refund whose charge was refused with its batch or journal,
-- which stops no GL: the next batch would pay back what was never charged.
-- in     -
-- again  only active references change
UPDATE invoice_references AS reference
   SET status_code = CASE WHEN item.is_accepted THEN 'COMPLETED' ELSE 'CANCELLED' END
  FROM feedback_items AS item
 WHERE item.outcome = 'applied'
   AND item.link_type = 'invoice'
   AND NOT (item.is_accepted AND item.effect = 'returned'
            AND item.invoice_status IN ('APPROVED', 'CREATED', 'OVERDUE', 'PARTIAL_PAID', 'SETTLEMENT_SCHED'))
   AND NOT (item.is_header_refused AND NOT item.is_accepted AND item.invoice_status = 'REFUND_REQUESTED'
            AND EXISTS (SELECT FROM invoices AS uncharged
                         WHERE uncharged.id = item.invoice_id
                           AND uncharged.payment_date IS NULL)
            AND NOT EXISTS (SELECT FROM receipts AS receipt WHERE receipt.invoice_id = item.invoice_id))
   AND reference.invoice_id = item.invoice_id
   AND reference.status_code = 'ACTIVE'
