-- What was open at the end of a recorded day, in place of what is computed.
-- in     last (the day)
-- out    temporary table closing_ends
CREATE TEMPORARY TABLE closing_ends ON COMMIT DROP AS
SELECT kind, item, amount, status, method
  FROM pay_jobs.open_items
 WHERE from_day <= :last
   AND coalesce(until_day, 'infinity') > :last
