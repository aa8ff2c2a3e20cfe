-- Set the routing slips of a voided AP batch that still wait back to where the AP job takes them.
-- in     numbers text[] (those that the batch still owes: list_owed.sql), now (naive UTC)
-- out    name of the table, id, before, after
UPDATE routing_slips AS slip
   SET status       = 'REFUND_AUTHORIZED',
       updated_on   = :now,
       updated_by   = NULL,
       updated_name = NULL
  FROM (SELECT id, status AS before FROM routing_slips WHERE number = ANY (:numbers)) AS old
 WHERE slip.id = old.id
   AND slip.status = 'REFUND_UPLOADED'
RETURNING 'routing_slips' AS name, slip.id, old.before, slip.status AS after
