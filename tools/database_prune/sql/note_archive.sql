-- Note where rows are that were deleted.
-- in     table, key, sha256, rows, oldest and newest timestamptz, run_id bigint or null
-- out    id
-- again  in the transaction that deletes them
INSERT INTO pay_jobs.archives (table_name, object_key, sha256, rows, oldest, newest, run_id)
VALUES (:table, :key, :sha256, :rows, :oldest, :newest, :run_id)
RETURNING id
