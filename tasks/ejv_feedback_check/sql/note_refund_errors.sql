-- Keep on a partial refund why its disbursement was refused.
-- in     now (naive UTC)
-- out    nothing
UPDATE refunds_partial AS refund
   SET gl_error   = item.message,
       updated_on = :now
  FROM feedback_items AS item
 WHERE item.outcome = 'applied'
   AND NOT item.is_accepted
   AND refund.id = item.refund_id
