-- Read credit memos with the sites they may be on, the one they were made on first.
-- in     keys text[] (ids)
-- out    key, memo number, amount, what is left of it, sites
-- again  reads only
SELECT lpad(credit.id::text, 10, '0'),
       credit.cfs_identifier,
       CAST(credit.amount AS numeric(19,2)),
       CAST(credit.remaining_amount AS numeric(19,2)),
       ARRAY(SELECT ARRAY[known.cfs_party, known.cfs_account, known.cfs_site]
               FROM cfs_accounts AS known
              WHERE known.account_id = credit.account_id
                AND known.cfs_site IS NOT NULL
              ORDER BY known.cfs_site = credit.cfs_site DESC, known.id DESC)
  FROM credits AS credit
 WHERE credit.id = ANY (CAST(:keys AS integer[]))
