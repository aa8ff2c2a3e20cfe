-- Set the partial refunds of what was voided back.
-- in     ids (choose_released_refunds.sql), now (naive UTC)
-- out    name of the table, id, before, after
UPDATE refunds_partial
   SET status     = 'REFUND_REQUESTED',
       updated_on = :now
 WHERE id = ANY (:ids)
RETURNING 'refunds_partial' AS name, id, 'REFUND_PROCESSING' AS before, status AS after
