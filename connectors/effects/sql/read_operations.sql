-- Read operations with their steps: those of some subjects, or the open ones of a kind.
-- in     subjects text[] (null: any), kind (null: any), only_open
-- out    one row an operation, the oldest first; `steps` in the order in which they were last noted
-- again  reads only
SELECT operation.id,
       operation.kind,
       operation.subject,
       operation.state,
       operation.plan,
       operation.amount,
       operation.command,
       operation.why,
       operation.reason,
       operation.run_id,
       operation.created_on,
       (
           SELECT coalesce(
                      jsonb_agg(
                          jsonb_build_object(
                              'kind', step.kind, 'subject', step.subject, 'state', step.state,
                              'answer', step.answer, 'attempts', step.attempts)
                          ORDER BY coalesce(step.answered_on, step.sent_on), step.number),
                      '[]')
             FROM pay_jobs.operation_steps AS step
            WHERE step.operation_id = operation.id
       ) AS steps
  FROM pay_jobs.operations AS operation
 WHERE (CAST(:subjects AS text[]) IS NULL OR operation.subject = ANY (CAST(:subjects AS text[])))
   AND (CAST(:kind AS text) IS NULL OR operation.kind = :kind)
   AND (NOT :only_open OR operation.state NOT IN ('done', 'dropped'))
 ORDER BY operation.id
