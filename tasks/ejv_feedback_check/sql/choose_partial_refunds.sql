-- Choose the partial refunds that lines of the batch answer, and lock them.
-- in     only_refused
-- out    id
SELECT id
  FROM refunds_partial
 WHERE id IN (SELECT refund_id
                FROM feedback_items
               WHERE outcome = 'applied'
                 AND CASE WHEN :only_refused THEN NOT is_accepted ELSE rule NOT IN ('settled_before', 'in_newer_batch') END)
 ORDER BY id
   FOR UPDATE
