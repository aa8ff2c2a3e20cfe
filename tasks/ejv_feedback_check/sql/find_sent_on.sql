-- Find when a batch was sent last.
-- in     batch
-- out    an instant with time zone
-- again  reads only
SELECT coalesce(
           (SELECT max(CAST(coalesce(trigger.answer ->> 'sent_on', again.plan ->> 'begun_on') AS timestamptz))
              FROM pay_jobs.operations AS again
              LEFT JOIN pay_jobs.operation_steps AS trigger
                ON trigger.operation_id = again.id
               AND trigger.kind = 'send trigger'
             WHERE again.subject = 'batch ' || batch.id
               AND again.kind = 'resubmission'
               AND again.state <> 'dropped'),
           batch.created_on AT TIME ZONE 'UTC')
  FROM ejv_files AS batch
 WHERE batch.id = :batch
