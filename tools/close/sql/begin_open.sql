-- What is open at the end of a day, and was not before, or not like this: its span begins.
-- in     day
-- out    nothing
-- again  a day is recorded once
INSERT INTO pay_jobs.open_items (kind, item, from_day, status, method, amount)
SELECT ended.kind, ended.item, :day, ended.status, ended.method, ended.amount
  FROM closing_ends AS ended
  JOIN (SELECT kind, item FROM closing_ends
        EXCEPT
        SELECT kind, item FROM pay_jobs.open_items WHERE until_day IS NULL) AS begun
    ON begun.kind = ended.kind
   AND begun.item = ended.item
