-- Choose the partial refunds of what was voided, and lock them.
-- out    id
SELECT id
  FROM refunds_partial
 WHERE id IN (SELECT link_id FROM voided WHERE link_type = 'partial_refund')
   AND status = 'REFUND_PROCESSING'
 ORDER BY id
   FOR UPDATE
