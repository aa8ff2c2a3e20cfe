-- Say how often each account gets a statement: some changed once, a few weekly ones are about to.
-- in     accounts, weekly, daily integer; week_start date
-- out    one or two rows per account, the one of the week being of the frequency asked for
-- again  refused by the primary key
WITH account AS (
    SELECT n AS id,
           CASE WHEN n <= %(weekly)s THEN 'WEEKLY' WHEN n <= %(weekly)s + %(daily)s THEN 'DAILY' ELSE 'MONTHLY' END
               AS frequency,
           %(week_start)s::date - 500 - pg_temp.dice(n, 'opened', 900) AS opened,
           pg_temp.dice(n, 'setting changed', 100) < 6 AS changed,
           n <= %(weekly)s AND pg_temp.dice(n, 'setting changes', 100) < 1 AS changes,
           %(week_start)s::date - 500 - pg_temp.dice(n, 'opened', 900)
               + pg_temp.dice(n, 'setting change', 400) AS asked
      FROM generate_series(1, %(accounts)s) AS n
),
-- The old setting runs to the end of the longer of the two periods.
dated AS (
    SELECT account.*,
           CASE
               WHEN NOT changed THEN opened - 1
               WHEN frequency = 'DAILY' THEN asked + 6 - extract(dow FROM asked)::integer
               ELSE (date_trunc('month', asked) + interval '1 month - 1 day')::date
           END AS former_end,
           (date_trunc('month', %(week_start)s::date + 6) + interval '1 month - 1 day')::date AS coming_end
      FROM account
),
setting AS (
    SELECT id AS account_id,
           CASE frequency WHEN 'WEEKLY' THEN 'MONTHLY' ELSE 'WEEKLY' END AS frequency,
           opened AS from_date,
           former_end AS to_date
      FROM dated
     WHERE changed
     UNION ALL
    SELECT id,
           frequency,
           former_end + 1,
           CASE WHEN changes THEN coming_end END
      FROM dated
     UNION ALL
    SELECT id,
           'MONTHLY',
           coming_end + 1,
           NULL
      FROM dated
     WHERE changes
)
INSERT INTO statement_settings (id, payment_account_id, frequency, from_date, to_date)
SELECT row_number() OVER (ORDER BY account_id, from_date),
       account_id,
       frequency,
       from_date,
       to_date
  FROM setting
 ORDER BY account_id, from_date
