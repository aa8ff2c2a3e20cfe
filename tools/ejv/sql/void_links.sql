-- Void what of a batch is not accepted, and return each row with its state before and after.
-- in     batch, message
-- out    name of the table, id, before, after
-- again  an accepted link is left alone; a voided one keeps its first message
WITH open AS (
       SELECT link.id, link.disbursement_status_code AS before
         FROM ejv_headers AS header
         JOIN ejv_links AS link
           ON link.ejv_header_id = header.id
        WHERE header.ejv_file_id = :batch
          AND coalesce(link.disbursement_status_code, '') NOT IN ('COMPLETED', 'ERRORED')
          FOR UPDATE OF link
     )
UPDATE ejv_links AS link
   SET disbursement_status_code = 'ERRORED',
       message                  = :message
  FROM open
 WHERE link.id = open.id
RETURNING 'ejv_links' AS name, link.id, open.before, link.disbursement_status_code AS after
