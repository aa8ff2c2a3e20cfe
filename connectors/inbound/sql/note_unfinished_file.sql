-- Note that a file is there and not complete; one that its sender changed begins to wait anew.
-- in     source, remote_directory, file_name text, size_bytes, modified bigint, reason text, now timestamptz
-- out    first_seen, polls: since when and in how many polls it was seen as it is
INSERT INTO pay_jobs.unfinished_files AS known (
       source, remote_directory, name, size_bytes, modified, reason, first_seen, last_seen)
VALUES (:source, :remote_directory, :file_name, :size_bytes, :modified, :reason, :now, :now)
    ON CONFLICT (source, remote_directory, name) DO UPDATE
   SET first_seen = CASE WHEN (known.size_bytes, known.modified) = (excluded.size_bytes, excluded.modified)
                         THEN known.first_seen ELSE excluded.first_seen END,
       polls      = CASE WHEN (known.size_bytes, known.modified) = (excluded.size_bytes, excluded.modified)
                         THEN known.polls + 1 ELSE 1 END,
       size_bytes = excluded.size_bytes,
       modified   = excluded.modified,
       reason     = excluded.reason,
       last_seen  = excluded.last_seen
RETURNING first_seen, polls
