-- Take PAD profiles back into use as they were before the last bounce that froze them.
-- in     ids integer[]
-- out    the number of profiles
-- again  writes the same
UPDATE cfs_accounts AS profile
   SET status = kept.was ->> 'status'
  FROM (
       SELECT DISTINCT ON (row_id) row_id, was
         FROM pay_jobs.bounce_rows
        WHERE row_id = ANY (CAST(:ids AS integer[]))
          AND pay_table = 'cfs_accounts'
          AND undone_on IS NULL
        ORDER BY row_id, file_id DESC, line DESC
     ) AS kept
 WHERE profile.id = kept.row_id
