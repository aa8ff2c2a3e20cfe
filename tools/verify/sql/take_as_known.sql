-- Take what breaks an invariant now as known.
-- in     the statement of one invariant, and what it takes; code, reason, run_id
-- out    the number of rows
-- again  what was known is forgotten before
INSERT INTO pay_jobs.known_findings (code, row, expected, found, reason, run_id)
SELECT DISTINCT :code, finding.row, finding.expected, finding.found, :reason, CAST(:run_id AS bigint)
  FROM ({invariant}) AS finding
