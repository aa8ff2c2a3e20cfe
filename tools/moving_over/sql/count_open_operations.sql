-- Count the operations of ours that are not at their end.
-- out    one row: number, examples (the newest five)
SELECT count(*) AS number,
       coalesce((array_agg(operation.subject || ' (' || operation.kind || ')' ORDER BY operation.id DESC))[1:5], '{}')
           AS examples
  FROM pay_jobs.operations AS operation
 WHERE operation.state NOT IN ('done', 'dropped')
