-- Give each ministry account the GL it pays from.
-- in     payment_accounts
-- out    one row per EJV account; distribution codes from 1001
-- again  refused by the primary key
INSERT INTO distribution_codes (
       distribution_code_id, name, account_id, client, responsibility_centre, service_line, stob, project_code,
       stop_ejv, start_date, created_on, created_by
)
SELECT 1000 + row_number() OVER (ORDER BY id),
       name,
       id,
       lpad((10 + pg_temp.dice(id, 'client', 90))::text, 3, '0'),
       upper(substr(md5('centre' || id), 1, 5)),
       lpad(pg_temp.dice(id, 'service line', 100000)::text, 5, '0'),
       lpad((5000 + pg_temp.dice(id, 'stob', 2000))::text, 4, '0'),
       lpad(pg_temp.dice(id, 'project', 10000000)::text, 7, '0'),
       FALSE,
       date '2020-01-01',
       timestamp '2020-01-01 08:00:00',
       'sandbox'
  FROM payment_accounts
 WHERE payment_method = 'EJV'
 ORDER BY id
