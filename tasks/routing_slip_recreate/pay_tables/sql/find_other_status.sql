-- Find a CFS account that has another status than it shall have, and lock it.
-- in     id, status
-- out    id
SELECT id
  FROM cfs_accounts
 WHERE id = :id
   AND status IS DISTINCT FROM :status
   FOR UPDATE
