-- Complete the references of the invoices that are settled.
-- in     -
-- out    the number of rows
-- again  of a settled number only ACTIVE references are chosen
UPDATE invoice_references AS reference
   SET status_code = 'COMPLETED'
  FROM settled_invoices AS settled
 WHERE settled.is_settled
   AND reference.id = settled.reference_id
