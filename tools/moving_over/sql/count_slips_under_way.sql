-- Count the routing slips that the slip job has to work: by their status, while their account is still active.
-- out    one row: number, examples (the newest five)
SELECT count(*) AS number,
       coalesce((array_agg(slip.number || ' (' || slip.status || ')' ORDER BY slip.id DESC))[1:5], '{}') AS examples
  FROM routing_slips AS slip
 WHERE slip.status IN ('LINKED', 'VOID', 'NSF', 'CORRECTION')
   AND EXISTS (SELECT FROM cfs_accounts AS account
                WHERE account.account_id = slip.payment_account_id
                  AND account.payment_method = 'INTERNAL'
                  AND account.status = 'ACTIVE')
