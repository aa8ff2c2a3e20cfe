-- List what CGI refused of a batch: by link, or by line where an AP batch has no links.
-- in     batch
-- out    what, message
-- again  reads only
SELECT coalesce(link.link_type, 'invoice') || ' ' || link.link_id AS what, coalesce(link.message, '') AS message
  FROM ejv_headers AS header
  JOIN ejv_links AS link ON link.ejv_header_id = header.id
 WHERE header.ejv_file_id = :batch AND link.disbursement_status_code = 'ERRORED'
 UNION
SELECT item.subject, min(item.code || ' ' || item.message)
  FROM pay_jobs.feedback_batches AS answer
  JOIN pay_jobs.feedback_lines AS item
    ON item.file_id = answer.file_id AND item.line BETWEEN answer.first_line AND answer.last_line
 WHERE answer.batch_number = :batch AND item.record IN ('IH', 'IL', 'NA', 'IC')
   AND item.code <> '0000' AND item.outcome = 'applied'
   AND NOT EXISTS (SELECT FROM ejv_headers WHERE ejv_file_id = :batch)
 GROUP BY item.subject
 ORDER BY 1
