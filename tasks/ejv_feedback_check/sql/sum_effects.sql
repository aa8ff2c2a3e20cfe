-- Sum what is done with the items of the staged batch.
-- in     nothing
-- out    what happened, how many items, amount in CAD
-- again  reads only
SELECT CASE WHEN NOT is_accepted THEN 'refused' ELSE effect END, count(*), sum(amount)
  FROM feedback_items WHERE outcome = 'applied' GROUP BY 1 ORDER BY 1
