-- Mark the accounts whose payment bounced.
-- in     demo_invoices
-- out    one row per account
-- again  the same instant
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
