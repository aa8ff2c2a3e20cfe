-- List what verify says of rows: what was taken as known, and what the clock's last verification found.
-- in     rows text[] (as findings name them)
-- out    row, finding
WITH last_run AS (
       SELECT run.id, run.progress
         FROM pay_jobs.job_runs AS run
        WHERE run.job = 'verify'
          AND run.progress ? 'findings'
        ORDER BY run.started_on DESC
        LIMIT 1
     ),
     told AS (
       SELECT known.row, known.code, known.found, known.expected
         FROM pay_jobs.known_findings AS known
        UNION
       SELECT finding ->> 'row', finding ->> 'code', finding ->> 'found', finding ->> 'expected'
         FROM last_run
        CROSS JOIN LATERAL jsonb_array_elements(last_run.progress -> 'findings') AS finding
     )
SELECT row, format('verify %s: %s, expected %s', code, found, expected) AS finding
  FROM told
 WHERE row = ANY (CAST(:rows AS text[]))
 ORDER BY row, code
