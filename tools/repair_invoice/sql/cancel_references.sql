-- Cancel the active references of an invoice, so that the next batch takes it.
-- in     invoice
-- out    nothing
-- again  only active references change
UPDATE invoice_references
   SET status_code = 'CANCELLED'
 WHERE invoice_id = :invoice
   AND status_code = 'ACTIVE'
