-- List an account if a bounce noted that it owes, and it does so still.
-- in     account_id
-- out    id
-- again  reads only
SELECT account.id
  FROM payment_accounts AS account
 WHERE account.id = :account_id
   AND account.has_nsf_invoices IS NOT NULL
   AND EXISTS (SELECT FROM pay_jobs.bounce_rows AS kept
                WHERE kept.pay_table = 'payment_accounts'
                  AND kept.row_id    = account.id
                  AND kept.undone_on IS NULL)
