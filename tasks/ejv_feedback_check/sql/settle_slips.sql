-- Say on the routing slips and their refunds how the cheque went.
-- in     now (naive UTC)
-- again  only what is answered now changes
WITH answered AS (
       UPDATE routing_slips AS slip
          SET status        = CASE WHEN item.is_accepted THEN 'REFUND_PROCESSED' ELSE 'REFUND_REJECTED' END,
              refund_status = CASE WHEN item.is_accepted THEN 'PROCESSED' ELSE slip.refund_status END,
              updated_on    = :now
         FROM feedback_items AS item
        WHERE item.outcome = 'applied'
          AND slip.id = item.slip_id
       RETURNING slip.id, item.is_accepted, coalesce(CAST(item.effective_date AS timestamp), :now) AS posted
     )
UPDATE refunds AS refund
   SET gl_posted = answered.posted
  FROM answered
 WHERE answered.is_accepted
   AND refund.routing_slip_id = answered.id
