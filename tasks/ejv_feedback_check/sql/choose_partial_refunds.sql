-- Choose the partial refunds that lines of the batch answer, and lock them.
-- in     only_refused
-- out    id
SELECT refund.id
  FROM refunds_partial AS refund
 WHERE EXISTS (SELECT FROM feedback_items AS item
                WHERE item.refund_id = refund.id
                  AND item.outcome = 'applied'
                  AND CASE WHEN :only_refused THEN NOT item.is_accepted
                           WHEN item.rule = 'settled_before' THEN refund.status <> 'REFUND_PROCESSED'
                           ELSE item.rule <> 'in_newer_batch' END)
 ORDER BY refund.id
   FOR UPDATE OF refund
