-- Find why routing slips are not as their movements say, and their numbers.
-- in     slips bigint[]
-- out    slip_id, number, cause
SELECT slip.id AS slip_id, slip.number,
       concat_ws('; ',
         CASE WHEN slip.cas_mismatch THEN 'its balance and CFS disagree (cas_mismatch)' END,
         (SELECT format('%s is %s', operation.kind, operation.state)
            FROM pay_jobs.operations AS operation
           WHERE operation.subject = 'slip ' || slip.number
             AND operation.state NOT IN ('done', 'dropped')
           LIMIT 1),
         (SELECT format('verify %s: %s, expected %s', known.code, known.found, known.expected)
            FROM pay_jobs.known_findings AS known
           WHERE known.row = 'slip ' || slip.number
           ORDER BY known.code
           LIMIT 1)) AS cause
  FROM routing_slips AS slip
 WHERE slip.id = ANY (CAST(:slips AS bigint[]))
