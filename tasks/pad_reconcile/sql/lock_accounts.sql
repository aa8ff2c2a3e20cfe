-- Lock the accounts whose payments bounced, before anything of them is judged: they get no new profile meanwhile.
-- out    the number of accounts
SELECT count(*)
  FROM (SELECT id
          FROM payment_accounts
         WHERE id IN (SELECT cfs.account_id
                        FROM settlement_staged AS staged
                        JOIN cfs_accounts AS cfs
                          ON cfs.cfs_account = staged.customer_account
                       WHERE staged.kind = 'BOUNCE')
         ORDER BY id
           FOR UPDATE) AS locked
