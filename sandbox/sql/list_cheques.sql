-- List the cheques of the slips whose refund was sent.
-- out    slip, amount, name, street, city, postal code
-- again  reads only
SELECT number, CAST(refund_amount AS numeric(19,2)), contact_name, street, city, postal_code
  FROM routing_slips
 WHERE status = 'REFUND_UPLOADED'
 ORDER BY id
