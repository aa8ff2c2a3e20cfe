-- Set the partial refunds of what was voided back.
-- in     now (naive UTC)
-- out    name of the table, id, before, after
UPDATE refunds_partial AS refund
   SET status     = 'REFUND_REQUESTED',
       updated_on = :now
  FROM voided
 WHERE voided.link_type = 'partial_refund'
   AND refund.id = voided.link_id
   AND refund.status = 'REFUND_PROCESSING'
RETURNING 'refunds_partial' AS name, refund.id, 'REFUND_PROCESSING' AS before, refund.status AS after
