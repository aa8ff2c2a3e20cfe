-- Note that a file lies in a directory and was not taken.
-- in     source, remote_directory, file_name text, size_bytes, modified bigint, reason text, now timestamptz
-- out    nothing
-- again  one that the poll noted as unfinished keeps since when it is so
INSERT INTO pay_jobs.unfinished_files AS known (
       source, remote_directory, name, size_bytes, modified, reason, first_seen, last_seen)
VALUES (:source, :remote_directory, :file_name, :size_bytes, :modified, :reason, :now, :now)
    ON CONFLICT (source, remote_directory, name) DO UPDATE
   SET last_seen = excluded.last_seen,
       reason    = excluded.reason
