-- Close the partial refunds that were accepted, now or by another batch; set back those that were refused, so that a later
-- batch takes them, but not one that is held (hold_partial_refunds.sql).
-- in     now (naive UTC)
-- out    nothing
-- again  the same values are written
-- source docs/specs/cgi-ejv-files.md section 7.2, weaknesses 7 to 9
UPDATE refunds_partial AS refund
   SET status     = CASE WHEN item.is_accepted OR item.rule = 'settled_before' THEN 'REFUND_PROCESSED'
                         WHEN item.rule IN ('paid_in_part', 'open_in_part') THEN refund.status
                         ELSE 'REFUND_REQUESTED' END,
       gl_posted  = CASE WHEN item.is_accepted AND item.rule <> 'settled_before' THEN item.effective_date
                         ELSE refund.gl_posted END,
       gl_error   = CASE item.rule WHEN 'settled_before' THEN refund.gl_error ELSE item.message END,
       updated_on = :now
  FROM feedback_items AS item
 WHERE item.outcome = 'applied'
   AND item.rule <> 'in_newer_batch'
   AND (item.rule <> 'settled_before' OR refund.status <> 'REFUND_PROCESSED')
   AND refund.id = item.refund_id
