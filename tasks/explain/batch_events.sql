-- Tell what happened to one journal voucher batch.
-- in     id
-- out    at, what, detail
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 2
SELECT at, what, detail
  FROM (
       SELECT file.created_on AS at, 1 AS rank, 'batch ' || coalesce(file.disbursement_status_code, '?') AS what,
              coalesce(file.file_type, '?') || ', inbox ' || file.file_ref
              || coalesce(', acknowledged by ' || file.ack_file_ref, '')
              || coalesce(', feedback ' || file.feedback_file_ref, '') || coalesce(': ' || nullif(file.message, ''), '') AS detail
         FROM ejv_files AS file WHERE file.id = :id
       UNION ALL
       SELECT NULL, 2, 'journal ' || header.id || ' ' || coalesce(header.disbursement_status_code, '?'),
              (SELECT count(*) || ' links: ' || coalesce(string_agg(DISTINCT link.disbursement_status_code, ', '), 'no status')
                 FROM ejv_links AS link WHERE link.ejv_header_id = header.id)
              || coalesce(': ' || nullif(header.message, ''), '')
         FROM ejv_headers AS header WHERE header.ejv_file_id = :id
       UNION ALL
       SELECT coalesce(batch.applied_on, file.received_on) AT TIME ZONE 'UTC', 3, 'feedback ' || batch.state,
              file.name || ' lines ' || batch.first_line || ' to ' || batch.last_line || coalesce(': ' || batch.reason, '')
         FROM pay_jobs.feedback_batches AS batch
         JOIN pay_jobs.inbound_files AS file ON file.id = batch.file_id
        WHERE batch.batch_number = :id
       UNION ALL
       SELECT file.received_on AT TIME ZONE 'UTC', 4, 'line refused with ' || line.code,
              file.name || ' line ' || line.line || ', ' || coalesce(line.subject, '') || coalesce(': ' || line.message, '')
         FROM pay_jobs.feedback_lines AS line
         JOIN pay_jobs.inbound_files AS file ON file.id = line.file_id
        WHERE line.batch_number = :id AND line.code <> '0000'
       UNION ALL
       SELECT sent.begun_on AT TIME ZONE 'UTC', 5, 'resubmission ' || sent.state,
              sent.old_name || ' as ' || sent.new_name || ', because ' || sent.reason
         FROM pay_jobs.resubmissions AS sent WHERE sent.batch_number = :id
       ) AS events
 ORDER BY at NULLS LAST, rank, detail
