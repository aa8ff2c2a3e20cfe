-- What deposits of the routing slips of these days were before and after each correction that our job booked.
-- out    temporary table closing_corrections. A correction changes what is noted before it, the deposit as it was recorded;
--        where nothing is, what CFS had
CREATE TEMPORARY TABLE closing_corrections ON COMMIT DROP AS
SELECT noted.id, noted.slip, noted.kind, noted.moved_on AT TIME ZONE 'UTC' AS at,
       coalesce(noted.before, 0) + noted.amount AS deposit,
       coalesce(noted.before, noted.amount) AS first_deposit,
       coalesce(noted.before, 0) + noted.amount
         - coalesce(lag(coalesce(noted.before, 0) + noted.amount) OVER in_order, noted.before, 0) AS change
  FROM pay_jobs.slip_movements AS noted
 WHERE noted.kind IN ('deposited', 'corrected')
   AND noted.slip IN (SELECT number FROM closing_families)
WINDOW in_order AS (PARTITION BY noted.slip ORDER BY noted.id)
