-- What was open before a day and is not at its end, or not like this: its span ends.
-- in     day
-- out    nothing
-- again  a span ends once; EXCEPT compares the two as sets, whatever is estimated of tables that were filled a moment ago
UPDATE pay_jobs.open_items AS known
   SET until_day = :day
  FROM (SELECT kind, item, status, method, amount
          FROM pay_jobs.open_items
         WHERE until_day IS NULL
        EXCEPT
        SELECT kind, item, status, method, amount
          FROM closing_ends) AS changed
 WHERE known.kind = changed.kind
   AND known.item = changed.item
   AND known.until_day IS NULL
