-- What was open before a day and is not at its end, or not like this: its span ends.
-- in     day
UPDATE pay_jobs.open_items AS known
   SET until_day = :day
 WHERE known.until_day IS NULL
   AND NOT EXISTS (SELECT FROM closing_ends AS ended
                    WHERE (ended.kind, ended.item, ended.status, ended.method, ended.amount)
                          = (known.kind, known.item, known.status, known.method, known.amount))
