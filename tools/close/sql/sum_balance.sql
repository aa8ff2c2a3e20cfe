-- Add up a balance: its start, what moved it, its end.
-- in     kind, figures text[], signs integer[], before (the day before), first, last (days)
-- out    start_amount, moved, end_amount
SELECT (SELECT coalesce(sum(amount), 0.00)
          FROM pay_jobs.open_items
         WHERE kind = :kind
           AND from_day <= :before
           AND coalesce(until_day, 'infinity') > :before) AS start_amount,
       (SELECT coalesce(sum(row.amount * effect.sign), 0.00)
          FROM closing_rows AS row
          JOIN unnest(CAST(:figures AS text[]), CAST(:signs AS integer[])) AS effect (figure, sign)
            ON effect.figure = row.figure
         WHERE row.day BETWEEN :first AND :last) AS moved,
       (SELECT coalesce(sum(amount), 0.00) FROM closing_ends WHERE kind = :kind) AS end_amount
