-- Set parts that were held back, so that a later batch takes them.
-- in     ids (choose_held_parts.sql), now (naive UTC)
-- out    nothing
UPDATE refunds_partial
   SET status     = 'REFUND_REQUESTED',
       updated_on = :now
 WHERE id = ANY (:ids)
