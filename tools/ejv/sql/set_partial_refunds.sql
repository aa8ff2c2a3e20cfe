-- Set the state of partial refunds that wait once a batch is voided.
-- in     ids (list_waiting_parts.sql), status, now (naive UTC)
-- out    name of the table, id, before, after
UPDATE refunds_partial
   SET status     = :status,
       updated_on = :now
 WHERE id = ANY (:ids)
RETURNING 'refunds_partial' AS name, id, 'REFUND_PROCESSING' AS before, status AS after
