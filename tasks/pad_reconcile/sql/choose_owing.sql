-- Choose the accounts whose payment bounced and that did not owe before, and lock them.
-- out    id
-- again  an account that owes already keeps since when
-- source docs/specs/cas-settlement-csv.md section 8 step 4
SELECT id
  FROM payment_accounts
 WHERE id IN (SELECT payment_account_id FROM bounced_payments)
   AND has_nsf_invoices IS NULL
 ORDER BY id
   FOR UPDATE
