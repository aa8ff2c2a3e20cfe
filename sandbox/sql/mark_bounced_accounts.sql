-- Mark the accounts whose payment bounced; a profile that was to be frozen, and whose account bought too late for that,
-- is not frozen, and what it bought waits for the next run.
-- in     demo_invoices
-- out    one row per account
-- again  the same instant
WITH thawed AS (
    UPDATE cfs_accounts AS profile
       SET status = 'ACTIVE'
     WHERE profile.status = 'FREEZE'
       AND profile.payment_method = 'PAD'
       AND profile.account_id NOT IN (SELECT account_id FROM demo_invoices WHERE outcome = 'BOUNCED')
)
UPDATE payment_accounts AS account
   SET has_nsf_invoices = bounced.settled_on
  FROM (
       SELECT account_id,
              min(settled_on) AS settled_on
         FROM demo_invoices
        WHERE outcome = 'BOUNCED'
        GROUP BY account_id
  ) AS bounced
 WHERE account.id = bounced.account_id
