-- Hold the transactions of a slip and its children until the transaction ends.
-- in     root
-- out    their ids
-- again  harmless
SELECT invoice.id
  FROM invoices AS invoice
 WHERE invoice.payment_method_code = 'INTERNAL'
   AND invoice.routing_slip IN (
       SELECT slip.number
         FROM routing_slips AS slip
        WHERE slip.number = :root
           OR slip.parent_number = :root
       )
 ORDER BY invoice.id
   FOR UPDATE
