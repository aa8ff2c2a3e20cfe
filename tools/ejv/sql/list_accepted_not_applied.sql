-- List what CGI accepted of a batch though its lines could not be applied, while its link still waits.
-- in     batch
-- out    file, line, subject, rule
-- again  reads only
WITH accepted AS (
       SELECT file.name AS file, min(line.line) AS line, line.journal, line.subject, line.rule,
              CAST(substring(line.subject FROM '^([0-9]{1,9})(-[0-9]+)?$') AS integer) AS invoice_id,
              CAST(substring(line.subject FROM '-PR-([0-9]{1,9})$') AS integer) AS refund_id,
              CAST(substring(line.subject FROM '^[0-9]+-([0-9]{1,9})(-PR)?$') AS integer) AS partner_id
         FROM pay_jobs.feedback_batches AS part
         JOIN pay_jobs.inbound_files AS file
           ON file.id = part.file_id
         JOIN pay_jobs.feedback_lines AS line
           ON line.file_id = part.file_id
          AND line.line BETWEEN part.first_line AND part.last_line
          AND line.record = 'JD'
          AND line.outcome = 'rejected'
          AND line.rule IN ('other_invoice', 'unknown_disbursement', 'incomplete')
        WHERE part.batch_number = :batch
          AND NOT <<line.is_under_refused_header>>
        GROUP BY file.name, line.journal, line.subject, line.rule
       HAVING bool_and(line.code = '0000')
     )
SELECT DISTINCT accepted.file, accepted.line, accepted.subject, accepted.rule
  FROM accepted
  LEFT JOIN partner_disbursements AS partner
    ON partner.id = accepted.partner_id
  JOIN ejv_links AS link
    ON link.ejv_header_id = accepted.journal
   AND coalesce(link.disbursement_status_code, '') <> 'COMPLETED'
   AND (coalesce(link.link_type, 'invoice'), link.link_id)
       IN (('partial_refund', accepted.refund_id), (lower(partner.target_type), partner.target_id),
           ('invoice', CASE WHEN partner.id IS NULL THEN accepted.invoice_id END))
 ORDER BY accepted.file, accepted.line
