-- Mark the files whose rows were archived, so that nobody misses them there.
-- in     archive: its number; archived_rows (a temporary table)
-- out    nothing
-- again  in the transaction that deletes the rows
UPDATE pay_jobs.inbound_files AS file
   SET details = jsonb_set(file.details, '{archived}',
                           coalesce(file.details -> 'archived', '[]') || to_jsonb(CAST(:archive AS bigint)))
 WHERE file.id IN (SELECT file_id FROM archived_rows)
