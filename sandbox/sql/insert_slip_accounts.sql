-- Open the account behind each routing slip: paid by cash or cheque, no statements.
-- in     demo_slips, and the word lists
-- out    one row per slip
-- again  refused by the primary key
INSERT INTO payment_accounts (id, name, payment_method, billable, ob_credit, pad_credit, eft_credit)
SELECT account_id,
       pg_temp.pick(account_id, 'given name', %(given_names)s) || ' '
       || pg_temp.pick(account_id, 'surname', %(surnames)s),
       CASE WHEN pg_temp.dice(account_id, 'cash', 100) < 25 THEN 'CASH' ELSE 'CHEQUE' END,
       TRUE,
       0,
       0,
       0
  FROM demo_slips
 ORDER BY account_id
