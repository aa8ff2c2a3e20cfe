-- Choose the PAD profiles in use of the accounts whose payment bounced, and lock them.
-- out    id
-- again  a frozen profile is left alone
-- source docs/specs/cas-settlement-csv.md section 8 step 4
SELECT id
  FROM cfs_accounts
 WHERE id IN (SELECT cfs_account_id FROM bounced_payments)
   AND status <> 'FREEZE'
 ORDER BY id
   FOR UPDATE
