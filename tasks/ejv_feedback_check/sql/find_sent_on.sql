-- Find when a batch was sent last.
-- in     batch
-- out    an instant with time zone
-- again  reads only
SELECT <<batch.sent_on>> FROM ejv_files AS batch WHERE batch.id = :batch
