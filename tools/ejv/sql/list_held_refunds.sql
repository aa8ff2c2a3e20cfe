-- List the partial refunds of what was voided that were not released (choose_released_refunds.sql).
-- in     -
-- out    id, invoice_id
-- again  reads only
SELECT id, invoice_id
  FROM refunds_partial
 WHERE id IN (SELECT link_id FROM voided WHERE link_type = 'partial_refund')
   AND status = 'REFUND_PROCESSING'
 ORDER BY id
