-- What CGI accepted or refused of AP batches in these days: one row an item, over all its lines; its header decides nothing.
-- in     since, until (naive UTC)
-- out    temporary table closing_items; partner of a partner that is paid by AP file
-- source docs/specs/cgi-ejv-files.md section 7.2
CREATE TEMPORARY TABLE closing_items ON COMMIT DROP AS
SELECT line.batch_number, line.subject, batch.file_type, file.name,
       min(line.line) AS line,
       max(part.applied_on) AT TIME ZONE 'UTC' AS at,
       bool_and(line.code = '0000') AS is_accepted,
       coalesce(sum(line.amount), 0) AS amount,
       (SELECT invoice.corp_type_code
          FROM invoices AS invoice
         WHERE batch.file_type = 'NON_GOV_DISBURSEMENT'
           AND invoice.id = CASE WHEN line.subject ~ '^[0-9]{1,9}$' THEN CAST(line.subject AS integer) END) AS partner
  FROM pay_jobs.feedback_batches AS part
  JOIN pay_jobs.inbound_files AS file
    ON file.id = part.file_id
  JOIN pay_jobs.feedback_lines AS line
    ON line.file_id = part.file_id
   AND line.batch_number = part.batch_number
  JOIN ejv_files AS batch
    ON batch.id = line.batch_number
 WHERE part.applied_on AT TIME ZONE 'UTC' >= :since
   AND part.applied_on AT TIME ZONE 'UTC' < :until
   AND line.record IN ('IH', 'IL', 'NA', 'IC')
   AND line.outcome = 'applied'
 GROUP BY line.file_id, file.name, line.batch_number, batch.file_type, line.subject
