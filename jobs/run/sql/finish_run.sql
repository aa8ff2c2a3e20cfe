-- Write how a run ended, with the first of its rejects and the last lines of its log.
-- in     id, status, exit_code, counts, rejects (their number), artifacts, notes, is_news, error; kept, log: JSON arrays
-- out    nothing
-- again  the same outcome is written once more, over what the run kept of its rejects while it worked
WITH ended AS (
UPDATE pay_jobs.job_runs
   SET status      = :status,
       exit_code   = :exit_code,
       counts      = CAST(:counts AS jsonb),
       rejects     = greatest(:rejects, (SELECT count(*) FROM pay_jobs.run_rejects WHERE run_id = job_runs.id)),
       artifacts   = CAST(:artifacts AS jsonb),
       notes       = CAST(:notes AS jsonb),
       is_news     = :is_news,
       error       = :error,
       log         = CAST(:log AS jsonb),
       finished_on = clock_timestamp()
 WHERE id = :id
RETURNING id
)
INSERT INTO pay_jobs.run_rejects (run_id, number, place, reason, detail, command, amount)
SELECT ended.id,
       kept.number,
       kept.place,
       kept.reason,
       kept.detail,
       kept.command,
       kept.amount
  FROM ended,
       jsonb_to_recordset(CAST(:kept AS jsonb))
       AS kept (number integer, place text, reason text, detail text, command text, amount numeric)
    ON CONFLICT (run_id, number) DO UPDATE
   SET place   = excluded.place,
       reason  = excluded.reason,
       detail  = excluded.detail,
       command = excluded.command,
       amount  = excluded.amount
