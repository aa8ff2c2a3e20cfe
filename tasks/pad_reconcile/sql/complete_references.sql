-- Complete the references of the invoices that are settled.
-- in     -
-- out    the number of rows
-- again  only ACTIVE references were chosen
UPDATE invoice_references AS reference
   SET status_code = 'COMPLETED'
  FROM settled_invoices AS settled
 WHERE settled.is_settled
   AND reference.id = settled.reference_id
   AND reference.status_code = 'ACTIVE'
