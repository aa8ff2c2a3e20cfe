-- Take back what was written down and is not sent, because the slip is no longer what was judged.
-- in     operation_id, kind, subject, attempts (the number of the attempt that was written down)
-- out    nothing
-- again  an attempt is taken back once
UPDATE pay_jobs.slip_steps
   SET state       = 'refused',
       answer      = '{"reason": "the slip was changed before anything was sent"}',
       attempts    = attempts - 1,
       answered_on = clock_timestamp()
 WHERE operation_id = :operation_id
   AND kind = :kind
   AND subject = :subject
   AND attempts = :attempts
