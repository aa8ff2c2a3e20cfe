-- Draw the routing slips: number with its check digit, status, and for every twelfth a parent.
-- in     slips integer, accounts integer, week_start date
-- out    temporary table demo_slips
-- again  gone when the transaction ends
CREATE TEMPORARY TABLE demo_slips ON COMMIT DROP AS
WITH slip AS (
    SELECT n AS id,
           %(accounts)s + n AS account_id,
           (20600000 + n)::text AS serial,
           %(week_start)s::date - 3 - pg_temp.dice(n, 'slip date', 40) AS slip_date,
           CASE
               WHEN mod(n, 12) = 0 THEN 'LINKED'
               WHEN mod(n, 12) = 11 THEN 'ACTIVE'
               ELSE (ARRAY[
                   'ACTIVE', 'COMPLETE', 'HOLD', 'NSF', 'CORRECTION', 'VOID',
                   'REFUND_REQUESTED', 'REFUND_AUTHORIZED', 'REFUND_UPLOADED', 'WRITE_OFF_AUTHORIZED'
               ])[1 + width_bucket(pg_temp.dice(n, 'slip status', 100), ARRAY[60, 76, 78, 83, 86, 89, 91, 95, 97])]
           END AS status
      FROM generate_series(1, %(slips)s) AS n
),
checked AS (
    SELECT slip.*,
           serial || mod(10 - mod(digits.total, 10), 10) AS number
      FROM slip
     CROSS JOIN LATERAL (
           SELECT sum(digit * weight - CASE WHEN digit * weight > 9 THEN 9 ELSE 0 END) AS total
             FROM generate_series(1, 8) AS place
            CROSS JOIN LATERAL (
                  SELECT substr(serial, place, 1)::integer AS digit,
                         CASE WHEN mod(place, 2) = 0 THEN 2 ELSE 1 END AS weight
            ) AS weighed
     ) AS digits
)
SELECT checked.*,
       CASE WHEN status = 'LINKED' THEN lag(number) OVER (ORDER BY id) END AS parent_number
  FROM checked
