-- Lock the CFS profiles of the accounts whose payments bounced.
-- out    the number of profiles
SELECT count(*)
  FROM (SELECT id
          FROM cfs_accounts
         WHERE account_id IN (SELECT cfs.account_id
                                FROM settlement_staged AS staged
                                JOIN cfs_accounts AS cfs
                                  ON cfs.cfs_account = staged.customer_account
                               WHERE staged.kind = 'BOUNCE')
         ORDER BY id
           FOR UPDATE) AS locked
