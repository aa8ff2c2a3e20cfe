-- Find why routing slips are not as their movements say, and their numbers.
-- in     ids bigint[]
-- out    id, row (what it is called), cause (null where nothing is known), next (what to type)
SELECT slip.id, 'slip ' || slip.number AS row, 'explain slip ' || slip.number AS next,
       nullif(concat_ws('; ',
         CASE WHEN slip.cas_mismatch THEN 'its balance and CFS disagree (cas_mismatch)' END,
         (SELECT format('%s is %s', operation.kind, operation.state)
            FROM pay_jobs.operations AS operation
           WHERE operation.subject = 'slip ' || slip.number
             AND operation.state NOT IN ('done', 'dropped')
           LIMIT 1)), '') AS cause
  FROM routing_slips AS slip
 WHERE slip.id = ANY (CAST(:ids AS bigint[]))
