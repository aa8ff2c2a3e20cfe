-- Open the accounts that get statements: mostly PAD, some of every other method.
-- in     accounts integer, week_start date, and the word lists
-- out    one row per account, ids from 1, auth account ids from 1001
-- again  refused by the primary key
WITH customer AS (
    SELECT n AS id,
           %(week_start)s::date - 500 - pg_temp.dice(n, 'opened', 900) AS opened,
           CASE width_bucket(pg_temp.dice(n, 'method', 100), ARRAY[68, 76, 80, 86, 90])
               WHEN 0 THEN 'PAD'
               WHEN 1 THEN 'EFT'
               WHEN 2 THEN 'EJV'
               WHEN 3 THEN 'DRAWDOWN'
               WHEN 4 THEN 'ONLINE_BANKING'
               ELSE 'DIRECT_PAY'
           END AS method
      FROM generate_series(1, %(accounts)s) AS n
)
INSERT INTO payment_accounts (
       id,
       auth_account_id,
       name,
       branch_name,
       payment_method,
       statement_notification_enabled,
       bcol_account,
       billable,
       pad_tos_accepted_by,
       pad_tos_accepted_date,
       pad_activation_date,
       eft_enable,
       ob_credit,
       pad_credit,
       eft_credit
)
SELECT id,
       (1000 + id)::text,
       CASE
           WHEN method = 'EJV' THEN
               'MINISTRY OF ' || pg_temp.pick(id, 'ministry', %(ministries)s)
           WHEN method = 'DIRECT_PAY' AND pg_temp.dice(id, 'person', 100) < 60 THEN
               pg_temp.pick(id, 'given name', %(given_names)s) || ' ' || pg_temp.pick(id, 'surname', %(surnames)s)
           WHEN pg_temp.dice(id, 'practice', 100) < 30 THEN
               pg_temp.pick(id, 'surname', %(surnames)s) || ' ' || pg_temp.pick(id, 'partner', %(surnames)s)
               || ' ' || pg_temp.pick(id, 'profession', %(professions)s)
           ELSE
               pg_temp.pick(id, 'place', %(places)s) || ' ' || pg_temp.pick(id, 'trade', %(trades)s)
               || ' ' || pg_temp.pick(id, 'form', %(forms)s)
       END,
       CASE WHEN method = 'EJV' THEN pg_temp.pick(id, 'place', %(places)s) || ' Office' END,
       method,
       pg_temp.dice(id, 'notified', 100) < 45,
       CASE WHEN method = 'DRAWDOWN' THEN (180000 + id)::text END,
       TRUE,
       CASE WHEN method = 'PAD' THEN 'bcsc/' || substr(md5('signer' || id), 1, 12) END,
       CASE WHEN method = 'PAD' THEN opened + time '17:20' END,
       CASE WHEN method = 'PAD' THEN opened + 4 + time '17:20' END,
       method = 'EFT',
       0,
       0,
       0
  FROM customer
 ORDER BY id
