-- Begin a report.
-- in     run_id, scope, as_of
-- out    its id
-- again  makes another one
INSERT INTO pay_jobs.stale_reports (run_id, scope, as_of)
VALUES (:run_id, :scope, :as_of)
RETURNING id
