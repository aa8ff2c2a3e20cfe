-- Tell what happened to one journal voucher batch.
-- in     id
-- out    at, what, detail
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 2
WITH journals AS (
       SELECT header.id, header.disbursement_status_code AS status, nullif(header.message, '') AS message,
              count(link.id) AS links, string_agg(DISTINCT link.disbursement_status_code, ', ') AS link_statuses
         FROM ejv_headers AS header
         LEFT JOIN ejv_links AS link ON link.ejv_header_id = header.id
        WHERE header.ejv_file_id = :id
        GROUP BY header.id
     )
SELECT at, what, detail
  FROM (
       SELECT file.created_on AS at, 1 AS rank, 'batch made' AS what,
              coalesce(file.file_type, '?') || ', inbox ' || file.file_ref
              || coalesce(', acknowledged by ' || file.ack_file_ref, '') AS detail
         FROM ejv_files AS file WHERE file.id = :id
       UNION ALL
       SELECT file.completed_on, 1, 'batch ' || coalesce(file.disbursement_status_code, 'without a status'),
              coalesce('feedback ' || file.feedback_file_ref, 'no feedback')
              || coalesce(': ' || nullif(file.message, ''), '')
         FROM ejv_files AS file WHERE file.id = :id
       UNION ALL
       SELECT NULL, 2, 'journals ' || coalesce(journal.status, '?'),
              count(*) || ' journals, ' || sum(journal.links) || ' links ' || coalesce(journal.link_statuses, '')
              || coalesce(': ' || journal.message, '') || CASE WHEN count(*) <= 5 THEN
                 ' (journal ' || string_agg(CAST(journal.id AS text), ', ' ORDER BY journal.id) || ')' ELSE '' END
         FROM journals AS journal
        GROUP BY journal.status, journal.link_statuses, journal.message
       UNION ALL
       SELECT coalesce(batch.applied_on, file.received_on) AT TIME ZONE 'UTC', 3, 'feedback ' || batch.state,
              file.name || ' lines ' || batch.first_line || ' to ' || batch.last_line || coalesce(': ' || batch.reason, '')
         FROM pay_jobs.feedback_batches AS batch
         JOIN pay_jobs.inbound_files AS file ON file.id = batch.file_id
        WHERE batch.batch_number = :id
       UNION ALL
       SELECT file.received_on AT TIME ZONE 'UTC', 4, CASE WHEN line.code = '' THEN 'line without a return code' ELSE 'line refused with ' || line.code END,
              file.name || ' line ' || line.line || ', ' || coalesce(line.subject, '') || coalesce(': ' || line.message, '')
         FROM pay_jobs.feedback_batches AS batch
         JOIN pay_jobs.inbound_files AS file ON file.id = batch.file_id
         JOIN pay_jobs.feedback_lines AS line
           ON line.file_id = batch.file_id
          AND line.line BETWEEN batch.first_line AND batch.last_line
        WHERE batch.batch_number = :id
          AND line.code <> '0000'
          AND (line.code <> '' OR line.outcome = 'rejected')
       UNION ALL
       SELECT operation.created_on AT TIME ZONE 'UTC', 5, operation.kind || ' begun',
              (operation.plan ->> 'old_name') || ' as ' || (operation.plan ->> 'new_name') || ', now '
              || operation.state || ', because ' || operation.reason
         FROM pay_jobs.operations AS operation WHERE operation.subject = 'batch ' || :id
       ) AS events
 ORDER BY at NULLS LAST, rank, detail
