-- Freeze the PAD profiles of the accounts whose payment bounced, and note since when they owe.
-- in     now (naive UTC)
-- out    the number of accounts
-- again  a frozen profile is left alone
-- source docs/specs/cas-settlement-csv.md section 8 step 4
WITH frozen AS (
       UPDATE cfs_accounts AS cfs
          SET status = 'FREEZE'
         FROM bounced_payments AS bounced
        WHERE cfs.id = bounced.cfs_account_id
          AND cfs.status <> 'FREEZE'
    RETURNING cfs.account_id
     )
UPDATE payment_accounts AS account
   SET has_nsf_invoices = coalesce(account.has_nsf_invoices, :now)
 WHERE account.id IN (SELECT payment_account_id FROM bounced_payments)
