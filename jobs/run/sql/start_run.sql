-- Write the row of a run that is about to ask for its lock.
-- in     job, lock_name, arguments (JSON), command, number and count of the shard, triggered_by, reason, pod, version
-- out    its id
-- again  makes another row
INSERT INTO pay_jobs.job_runs
       (job, lock_name, arguments, command, shard_number, shard_count, status, triggered_by, reason, pod, version)
VALUES (:job, :lock_name, CAST(:arguments AS jsonb), :command, :number, :count, 'starting', :triggered_by, :reason,
        :pod, :version)
RETURNING id
