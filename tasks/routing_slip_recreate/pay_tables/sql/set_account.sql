-- Set the status of a slip's CFS account.
-- in     id, status
-- out    nothing
-- again  the same
UPDATE cfs_accounts
   SET status = :status
 WHERE id = :id
