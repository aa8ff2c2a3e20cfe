-- Write on the routing slips and their refunds how the cheque went.
-- in     now (naive UTC)
-- out    nothing
-- again  only what is answered now changes; an earlier refund of the same slip keeps its day
WITH answered AS (
       UPDATE routing_slips AS slip
          SET status        = CASE WHEN item.is_accepted THEN 'REFUND_PROCESSED' ELSE 'REFUND_REJECTED' END,
              refund_status = CASE WHEN item.is_accepted THEN 'PROCESSED' ELSE slip.refund_status END,
              updated_on    = :now,
              updated_by    = NULL,
              updated_name  = NULL
         FROM feedback_items AS item
        WHERE item.outcome = 'applied'
          AND item.rule <> 'in_newer_batch'
          AND slip.id = item.slip_id
       RETURNING slip.id, item.is_accepted, item.effective_date
     )
UPDATE refunds AS refund
   SET gl_posted = answered.effective_date
  FROM answered
 WHERE answered.is_accepted
   AND refund.routing_slip_id = answered.id
   AND refund.gl_posted IS NULL
