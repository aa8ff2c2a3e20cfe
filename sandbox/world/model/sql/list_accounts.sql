-- Every account with the CFS profile it uses, but those of slips.
SELECT account.id, profile.status, account.has_nsf_invoices,
       CAST(coalesce(account.pad_credit, 0) AS numeric(19,2)), CAST(coalesce(account.ob_credit, 0) AS numeric(19,2))
  FROM payment_accounts AS account
  JOIN cfs_accounts AS profile ON profile.account_id = account.id AND profile.status <> 'INACTIVE'
 WHERE profile.payment_method <> 'INTERNAL'
