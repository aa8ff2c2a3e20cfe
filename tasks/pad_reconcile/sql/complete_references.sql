-- Complete the references of the invoices that are settled.
-- in     -
-- out    the number of rows
-- again  of a settled number only ACTIVE references are chosen
UPDATE invoice_references AS reference
   SET status_code = 'COMPLETED'
  FROM settled_invoices AS settled
  JOIN settlement_references AS open
    ON open.invoice_number = settled.target_number
   AND open.invoice_id     = settled.invoice_id
   AND open.status_code    = 'ACTIVE'
 WHERE settled.is_settled
   AND reference.id = open.reference_id
