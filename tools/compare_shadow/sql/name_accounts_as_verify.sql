-- Return how verify names some accounts and their CFS profiles.
-- in     ids int[]
-- out    one text a row
-- again  reads only
SELECT 'explain account ' || auth_account_id
  FROM payment_accounts
 WHERE id = ANY (CAST(:ids AS integer[]))
 UNION ALL
SELECT 'profile ' || id
  FROM cfs_accounts
 WHERE account_id = ANY (CAST(:ids AS integer[]))
