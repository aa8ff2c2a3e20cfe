-- List the partial refunds of what was voided that were not released (choose_released_refunds.sql), and whether another
-- part of their invoice was paid back.
-- in     -
-- out    id, invoice_id, is_paid
-- again  reads only
SELECT id, invoice_id,
       EXISTS (SELECT FROM refunds_partial AS other
                WHERE other.invoice_id = refunds_partial.invoice_id
                  AND other.id <> refunds_partial.id
                  AND other.status = 'REFUND_PROCESSED') AS is_paid
  FROM refunds_partial
 WHERE id IN (SELECT link_id FROM voided WHERE link_type = 'partial_refund')
   AND status = 'REFUND_PROCESSING'
 ORDER BY id
