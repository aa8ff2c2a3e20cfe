-- Read credit memos with the sites they may be on, the one they were made on first.
-- in     keys text[] (ids)
-- out    number (of the memo), amount, remaining, places (of its sites)
-- again  reads only
SELECT credit.cfs_identifier AS number,
       CAST(credit.amount AS numeric(19,2)) AS amount,
       CAST(credit.remaining_amount AS numeric(19,2)) AS remaining,
       ARRAY(SELECT ARRAY[known.cfs_party, known.cfs_account, known.cfs_site]
               FROM cfs_accounts AS known
              WHERE known.account_id = credit.account_id
                AND known.cfs_site IS NOT NULL
              ORDER BY known.cfs_site = credit.cfs_site DESC, known.id DESC) AS places
  FROM credits AS credit
 WHERE credit.id = ANY (CAST(:keys AS integer[]))
