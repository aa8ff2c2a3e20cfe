-- List the operations on slips that are neither done nor dropped, with the step each is at.
-- out    one row an operation, the oldest first. `step_state` is that of the step noted last, null where there is none;
--        amount in CAD: what a refund or write-off takes out of the slip, else the deposit
-- again  reads only
SELECT operation.slip,
       operation.kind,
       operation.state,
       operation.why,
       operation.created_on,
       step.kind || ' ' || step.subject AS step,
       step.state                       AS step_state,
       CASE
           WHEN operation.kind IN ('refund', 'write_off') THEN CAST(slip.remaining_amount AS numeric(19,2))
           ELSE CAST(slip.total AS numeric(19,2))
       END                              AS amount
  FROM pay_jobs.slip_operations AS operation
  LEFT JOIN routing_slips AS slip
    ON slip.number = operation.slip
  LEFT JOIN LATERAL (
       SELECT *
         FROM pay_jobs.slip_steps AS noted
        WHERE noted.operation_id = operation.id
        ORDER BY coalesce(noted.answered_on, noted.intended_on) DESC, noted.number DESC
        LIMIT 1
     ) AS step
    ON true
 WHERE operation.state IN ('planned', 'running', 'parked')
 ORDER BY operation.id
