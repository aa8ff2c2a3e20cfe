-- Begin a comparison.
-- in     scope, since, until, now
-- out    the comparison
-- again  makes another one
INSERT INTO pay_jobs.cfs_comparisons (scope, since, until, begun_on)
VALUES (:scope, :since, :until, :now)
RETURNING id, since, until, stage, position, compared, unanswered, sample
