-- Freeze PAD profiles.
-- in     ids (choose_freezing.sql)
UPDATE cfs_accounts
   SET status = 'FREEZE'
 WHERE id = ANY (:ids)
