-- A row that a recorded day counts now and did not when it was recorded, or counted then and does not now.
-- source docs/closing.md; closing_changed is made before (database/closing/recheck.py)
SELECT format('%s of %s: %s', changed.figure, changed.day, changed.row) AS row,
       format('close %s --open %s', changed.day, changed.figure) AS next,
       CAST(NULL AS integer) AS account_id,
       CAST(changed.day AS timestamp) AS day,
       CASE WHEN changed.was_there THEN 'counted, as it was when the day was recorded'
            ELSE 'not counted, as it was not when the day was recorded' END AS expected,
       CASE WHEN changed.was_there THEN 'not counted any more' ELSE 'counted' END AS found
  FROM closing_changed AS changed
