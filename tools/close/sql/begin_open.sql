-- What is open at the end of a day, and was not before, or not like this: its span begins.
-- in     day
-- again  a day is recorded once
INSERT INTO pay_jobs.open_items (kind, item, from_day, status, method, amount)
SELECT ended.kind, ended.item, :day, ended.status, ended.method, ended.amount
  FROM closing_ends AS ended
 WHERE NOT EXISTS (SELECT FROM pay_jobs.open_items AS known
                    WHERE known.kind = ended.kind
                      AND known.item = ended.item
                      AND known.until_day IS NULL)
