-- Every account that has CFS profiles, with them, but those of slips.
SELECT account.id, account.payment_method,
       (SELECT string_agg(profile.payment_method || ' ' || profile.status, ', ' ORDER BY profile.payment_method)
          FROM cfs_accounts AS profile
         WHERE profile.account_id = account.id) AS profiles,
       account.has_nsf_invoices,
       CAST(coalesce(account.pad_credit, 0) AS numeric(19,2)), CAST(coalesce(account.ob_credit, 0) AS numeric(19,2))
  FROM payment_accounts AS account
 WHERE account.id IN (SELECT account_id FROM cfs_accounts WHERE payment_method <> 'INTERNAL')
