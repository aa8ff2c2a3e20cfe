-- Take an instant of a job for a scheduler.
-- in     job, instant, owner, key (of the owner)
-- out    the claim; nothing where somebody has the instant
-- again  finds it taken
INSERT INTO pay_jobs.scheduled_runs (job, scheduled_for, owner, owner_key)
VALUES (:job, :instant, :owner, :key)
    ON CONFLICT (job, scheduled_for) DO NOTHING
RETURNING id, job, scheduled_for, attempt, run_id
