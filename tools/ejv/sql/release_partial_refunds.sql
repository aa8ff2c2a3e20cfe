-- Set the partial refunds that are free once a batch is voided back.
-- in     ids (list_held_parts.sql), now (naive UTC)
-- out    name of the table, id, before, after
UPDATE refunds_partial
   SET status     = 'REFUND_REQUESTED',
       updated_on = :now
 WHERE id = ANY (:ids)
RETURNING 'refunds_partial' AS name, id, 'REFUND_PROCESSING' AS before, status AS after
