-- Take PAD profiles back into use as they were before a bounce froze them.
-- in     ids integer[]
-- out    the number of profiles
-- again  writes the same
UPDATE cfs_accounts AS profile
   SET status = kept.was ->> 'status'
  FROM pay_jobs.bounce_rows AS kept
 WHERE profile.id = ANY (CAST(:ids AS integer[]))
   AND kept.pay_table = 'cfs_accounts'
   AND kept.row_id = profile.id
   AND kept.undone_on IS NULL
