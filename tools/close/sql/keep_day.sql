-- Keep what a day came to.
-- in     day, is_first, kinds text[] (what the end is kept of), rows, amount, remainders (JSON), reason, run_id, now
-- out    nothing
INSERT INTO pay_jobs.closed_days (day, is_first, kinds, unexplained_rows, unexplained, remainders, reason, run_id,
                                  recorded_on)
VALUES (:day, :is_first, CAST(:kinds AS text[]), :rows, :amount, CAST(:remainders AS jsonb), :reason, :run_id, :now)
