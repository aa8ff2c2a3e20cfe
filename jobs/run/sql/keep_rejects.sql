-- Keep rejects with their run while it works, in the transaction that found them.
-- in     run_id, most (how many are kept of a run); kept: a JSON array
-- out    nothing
-- again  finish_run.sql writes all of them in their order
INSERT INTO pay_jobs.run_rejects (run_id, number, place, reason, detail, command, amount)
SELECT :run_id, earlier.number + kept.number, kept.place, kept.reason, kept.detail, kept.command, kept.amount
  FROM (SELECT count(*) AS number FROM pay_jobs.run_rejects WHERE run_id = :run_id) AS earlier,
       jsonb_to_recordset(CAST(:kept AS jsonb))
       AS kept (number integer, place text, reason text, detail text, command text, amount numeric)
 WHERE earlier.number + kept.number <= :most
