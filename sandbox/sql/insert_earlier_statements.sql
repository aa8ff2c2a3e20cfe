-- Write the statements of earlier weeks, all without invoices, and leave some out as gaps to be found.
-- in     earlier_weeks, gaps integer; week_start date; statement_settings, payment_accounts
-- out    one row per setting and period that ended in those weeks, save the gaps
-- again  refused by the primary key
WITH day AS (
    SELECT %(week_start)s::date - n AS last
      FROM generate_series(1, 7 * %(earlier_weeks)s) AS n
),
period AS (
    SELECT 'DAILY' AS frequency, last AS from_date, last AS to_date
      FROM day
     UNION ALL
    SELECT 'WEEKLY', last - 6, last
      FROM day
     WHERE extract(dow FROM last) = 6
     UNION ALL
    SELECT 'MONTHLY', date_trunc('month', last)::date, last
      FROM day
     WHERE extract(day FROM last + 1) = 1
),
expected AS (
    SELECT row_number() OVER (ORDER BY period.to_date, setting.id) AS place,
           setting.id AS setting_id,
           setting.payment_account_id,
           period.*
      FROM period
      JOIN statement_settings AS setting
        ON setting.frequency = period.frequency
       AND setting.from_date <= period.to_date
       AND (setting.to_date IS NULL OR setting.to_date >= period.to_date)
),
drawn AS (
    SELECT expected.*,
           row_number() OVER (ORDER BY pg_temp.dice(place, 'gap', 1000000000), place) AS lot
      FROM expected
)
INSERT INTO statements (
       id, frequency, from_date, to_date, created_on, statement_settings_id, payment_account_id,
       notification_date, notification_status_code, payment_methods, is_empty
)
SELECT row_number() OVER (ORDER BY drawn.place),
       drawn.frequency,
       drawn.from_date,
       drawn.to_date,
       drawn.to_date + 1,
       drawn.setting_id,
       drawn.payment_account_id,
       CASE WHEN account.statement_notification_enabled THEN drawn.to_date + 1 END,
       CASE WHEN account.statement_notification_enabled THEN 'SUCCESS' ELSE 'SKIP' END,
       account.payment_method,
       TRUE
  FROM drawn
  JOIN payment_accounts AS account ON account.id = drawn.payment_account_id
 WHERE drawn.lot > %(gaps)s
 ORDER BY drawn.place
