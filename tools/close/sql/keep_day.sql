-- Keep what a day came to.
-- in     day, is_first, rows, amount, remainders (JSON), reason, run_id, now
INSERT INTO pay_jobs.closed_days (day, is_first, unexplained_rows, unexplained, remainders, reason, run_id, recorded_on)
VALUES (:day, :is_first, :rows, :amount, CAST(:remainders AS jsonb), :reason, :run_id, :now)
