-- When a batch was sent last.
-- in     the alias of the row of ejv_files, in place of the name in braces
-- out    an instant with time zone
-- again  reads only
coalesce((SELECT max(CAST(coalesce(trigger.answer ->> 'sent_on', again.plan ->> 'begun_on') AS timestamptz))
            FROM pay_jobs.operations AS again
            LEFT JOIN pay_jobs.operation_steps AS trigger
              ON trigger.operation_id = again.id
             AND trigger.kind = 'send trigger'
           WHERE again.subject = 'batch ' || {alias}.id
             AND again.kind = 'resubmission'
             AND again.state <> 'dropped'),
         {alias}.created_on AT TIME ZONE 'UTC')
