-- Draw the invoices of the week: who bought what, when, and how it is paid.
-- in     invoices, accounts integer; starts timestamp[8], where each day of the week starts and the last one ends;
--        payment_accounts, cfs_accounts, demo_menu, demo_slips
-- out    temporary table demo_drawn, ids in order of time; night counts the 19:00 runs from the first day's, 0 to 7
-- again  gone when the transaction ends
CREATE TEMPORARY TABLE demo_drawn ON COMMIT DROP AS
WITH buyer AS (
    -- The square makes few accounts busy; the prime spreads them over all ids.
    SELECT n,
           1 + mod(
               (pg_temp.dice(n, 'account', 1048576)::bigint * pg_temp.dice(n, 'account', 1048576)
                   * %(accounts)s >> 40) * 1000003,
               %(accounts)s
           ) AS account_id,
           NULL::text AS slip_number,
           NULL::text AS slip_status
      FROM generate_series(1, %(invoices)s) AS n
     UNION ALL
    SELECT %(invoices)s + 2 * slip.id + copy,
           slip.account_id,
           slip.number,
           slip.status
      FROM demo_slips AS slip
     CROSS JOIN LATERAL generate_series(
           1,
           greatest(pg_temp.dice(slip.id, 'slip invoices', 3), (slip.status IN ('COMPLETE', 'NSF'))::integer)
     ) AS copy
     WHERE slip.status NOT IN ('LINKED', 'VOID')
),
daily AS (
    SELECT buyer.*,
           width_bucket(pg_temp.dice(n, 'day', 100), ARRAY[3, 21, 40, 59, 78, 96]) AS day
      FROM buyer
),
timed AS (
    SELECT daily.*,
           CASE
               WHEN n = 1 THEN (%(starts)s::timestamp[])[1]
               WHEN n = 2 THEN (%(starts)s::timestamp[])[8] - interval '1 microsecond'
               ELSE (%(starts)s::timestamp[])[day + 1]
                    + make_interval(secs => CASE
                          WHEN pg_temp.dice(n, 'office hours', 100) < 85 THEN
                              28800 + pg_temp.dice(n, 'second', 34200)
                          ELSE
                              pg_temp.dice(n, 'second', extract(
                                  epoch FROM (%(starts)s::timestamp[])[day + 2] - (%(starts)s::timestamp[])[day + 1]
                              )::bigint)
                      END)
                    + pg_temp.dice(n, 'microsecond', 1000000) * interval '1 microsecond'
           END AS created_on
      FROM daily
),
placed AS (
    SELECT timed.*,
           width_bucket(created_on, %(starts)s::timestamp[]) - 1 AS local_day,
           width_bucket(created_on - interval '19 hours', %(starts)s::timestamp[]) AS night
      FROM timed
)
SELECT row_number() OVER (ORDER BY placed.created_on, placed.n) AS id,
       placed.account_id,
       placed.slip_number,
       placed.slip_status,
       placed.created_on,
       placed.local_day,
       placed.night,
       CASE
           WHEN placed.slip_number IS NOT NULL THEN 'INTERNAL'
           WHEN former.id IS NOT NULL THEN former.payment_method
           ELSE account.payment_method
       END AS method,
       former.id IS NOT NULL AS former,
       pg_temp.dice(placed.n, 'fate', 1000) AS fate,
       pg_temp.dice(placed.account_id * 8 + placed.night, 'bundle', 1000) AS bundle,
       menu.fee_schedule_id,
       menu.corp_type_code,
       menu.service_fee,
       companion.fee_schedule_id AS companion_id,
       menu.fee + menu.service_fee + coalesce(companion.fee, 0) AS total
  FROM placed
  JOIN payment_accounts AS account ON account.id = placed.account_id
  JOIN demo_menu AS menu
    ON menu.ticket = pg_temp.dice(placed.n, 'fee', (SELECT count(*) FROM demo_menu))
  LEFT JOIN demo_menu AS companion
    ON companion.fee_schedule_id = menu.companion_id
   AND companion.listed
   AND pg_temp.dice(placed.n, 'second line', 100) < 20
  -- Those who changed between PAD and EFT did so on the third day: what they bought before is of the former kind.
  LEFT JOIN cfs_accounts AS former
    ON former.account_id = placed.account_id
   AND former.payment_method <> account.payment_method
   AND account.payment_method IN ('PAD', 'EFT')
   AND placed.local_day < 2
