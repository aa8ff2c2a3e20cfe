-- List the PAD profiles of an account that bounces froze and that are frozen still.
-- in     account_id
-- out    id, party, account, site
-- again  reads only
SELECT DISTINCT profile.id,
       coalesce(profile.cfs_party, '') AS party,
       coalesce(profile.cfs_account, '') AS account,
       coalesce(profile.cfs_site, '') AS site
  FROM pay_jobs.bounce_rows AS kept
  JOIN cfs_accounts AS profile
    ON profile.id = kept.row_id
   AND profile.account_id = :account_id
   AND profile.status = 'FREEZE'
 WHERE kept.pay_table = 'cfs_accounts'
   AND kept.undone_on IS NULL
 ORDER BY profile.id
