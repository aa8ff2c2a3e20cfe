-- List the credit memos that are still open.
-- in     nothing
-- out    one row per memo, as a seed of the simulator
-- again  reads only
SELECT cfs.cfs_site AS site_number,
       credit.cfs_identifier AS credit_memo_number,
       credit.remaining_amount::numeric(19,2) AS amount
  FROM credits AS credit
  JOIN cfs_accounts AS cfs
    ON cfs.account_id = credit.account_id
   AND cfs.cfs_site = credit.cfs_site
 WHERE credit.is_credit_memo
   AND credit.remaining_amount > 0
 ORDER BY credit.id
