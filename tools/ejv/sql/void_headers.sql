-- Void the journals of a batch that were not answered.
-- in     batch, message
-- out    name of the table, id, before, after
UPDATE ejv_headers AS header
   SET disbursement_status_code = 'ERRORED',
       message                  = :message
  FROM (SELECT id, disbursement_status_code AS before FROM ejv_headers WHERE ejv_file_id = :batch FOR UPDATE) AS old
 WHERE header.id = old.id
   AND coalesce(old.before, '') NOT IN ('COMPLETED', 'ERRORED')
RETURNING 'ejv_headers' AS name, header.id, old.before, header.disbursement_status_code AS after
