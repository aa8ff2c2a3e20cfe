-- Void a batch; one that CGI completed keeps its state, whatever of it was refused.
-- in     batch, message, now (naive UTC)
-- out    name of the table, id, before, after
UPDATE ejv_files AS file
   SET disbursement_status_code = 'ERRORED',
       message                  = :message,
       completed_on             = :now
  FROM (SELECT id, disbursement_status_code AS before FROM ejv_files WHERE id = :batch) AS old
 WHERE file.id = old.id
   AND old.before IS DISTINCT FROM 'COMPLETED'
RETURNING 'ejv_files' AS name, file.id, old.before, file.disbursement_status_code AS after
