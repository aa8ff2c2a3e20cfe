-- List the claims that were begun and not finished, the oldest instant first.
-- out    the claim, its owner's key, and exit code and status of its run
-- again  reads only
SELECT claim.id,
       claim.job,
       claim.scheduled_for,
       claim.attempt,
       claim.run_id,
       claim.owner_key,
       run.exit_code,
       run.status
  FROM pay_jobs.scheduled_runs AS claim
  LEFT JOIN pay_jobs.job_runs AS run
    ON run.id = claim.run_id
 WHERE claim.state = 'begun'
 ORDER BY claim.scheduled_for
