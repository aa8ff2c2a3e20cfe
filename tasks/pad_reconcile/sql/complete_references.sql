-- Complete the references of the numbers that are settled.
-- in     -
-- out    the number of rows
-- again  of a settled number only ACTIVE references are chosen
UPDATE invoice_references AS reference
   SET status_code = 'COMPLETED'
  FROM settlement_references AS open
 WHERE open.invoice_number IN (SELECT target_number FROM settled_invoices WHERE is_settled)
   AND open.status_code = 'ACTIVE'
   AND reference.id     = open.reference_id
