-- Void a batch; one that CGI completed keeps its state, whatever of it was refused. Of an AP batch the message alone tells a
-- late answer that what it left out was set free.
-- in     batch, message, is_ap, now (naive UTC)
-- out    name of the table, id, before, after
UPDATE ejv_files AS file
   SET disbursement_status_code = CASE old.before WHEN 'COMPLETED' THEN 'COMPLETED' ELSE 'ERRORED' END,
       message                  = :message,
       completed_on             = CASE old.before WHEN 'COMPLETED' THEN completed_on ELSE :now END
  FROM (SELECT id, disbursement_status_code AS before FROM ejv_files WHERE id = :batch) AS old
 WHERE file.id = old.id
   AND (:is_ap OR old.before IS DISTINCT FROM 'COMPLETED')
RETURNING 'ejv_files' AS name, file.id, old.before, file.disbursement_status_code AS after
