-- Record a file that is stored.
-- in     the columns, the name as file_name
-- out    the row
-- again  fails on (source, name, sha256); the caller looks first, under the lock of the source
INSERT INTO pay_jobs.inbound_files (
       source, name, sha256, size_bytes, state, reason, object_key, remote_directory, remote_name,
       archived_as, business_date, received_on, run_id, details)
VALUES (
       :source, :file_name, :sha256, :size_bytes, :state, :reason, :object_key, :remote_directory, :remote_name,
       :archived_as, :business_date, :received_on, :run_id, CAST(:details AS jsonb))
RETURNING *
