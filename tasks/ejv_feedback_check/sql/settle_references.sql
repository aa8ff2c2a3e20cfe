-- Complete the active references of what was accepted, cancel those of what was refused: they would keep the invoice
-- out of every later batch.
-- in     -
-- again  only active references change
UPDATE invoice_references AS reference
   SET status_code = CASE WHEN item.is_accepted THEN 'COMPLETED' ELSE 'CANCELLED' END
  FROM feedback_items AS item
 WHERE item.outcome = 'applied'
   AND item.link_type = 'invoice'
   AND reference.invoice_id = item.invoice_id
   AND reference.status_code = 'ACTIVE'
