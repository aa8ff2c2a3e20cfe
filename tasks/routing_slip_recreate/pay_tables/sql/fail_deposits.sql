-- Let the deposits of some slips fail; payments hold the plain slip number, whatever the receipt in CFS is called.
-- in     numbers text[]
-- out    nothing
-- again  a failed payment is left alone
UPDATE payments
   SET payment_status_code = 'FAILED'
 WHERE receipt_number = ANY(:numbers)
   AND is_routing_slip
   AND payment_status_code = 'COMPLETED'
