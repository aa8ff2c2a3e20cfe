-- What CGI accepted or refused in these days: one row a thing of a journal, over all its lines.
-- in     since, until (naive UTC)
-- out    temporary table closing_journals. The first line goes to our side: a credit charges or disburses, a debit
--        pays back (docs/specs/cgi-ejv-files.md section 4)
-- An answer of BH or JH that refuses the whole is one for each line under it.
CREATE TEMPORARY TABLE closing_journals ON COMMIT DROP AS
WITH refused AS (
       SELECT DISTINCT line.file_id, line.batch_number, CASE line.record WHEN 'JH' THEN line.journal END AS journal
         FROM pay_jobs.feedback_batches AS part
         JOIN pay_jobs.feedback_lines AS line
           ON line.file_id = part.file_id
          AND line.batch_number = part.batch_number
        WHERE part.applied_on AT TIME ZONE 'UTC' >= :since
          AND part.applied_on AT TIME ZONE 'UTC' < :until
          AND line.record IN ('BH', 'JH')
          AND line.code <> '0000'
     )
SELECT line.batch_number, line.journal, line.subject,
       CASE WHEN line.subject ~ '^[0-9]{1,9}$' THEN CAST(line.subject AS integer) END AS invoice_id,
       batch.file_type, file.name,
       min(line.line) AS line,
       max(part.applied_on) AT TIME ZONE 'UTC' AS at,
       max(line.effective_date) AS effective_date,
       bool_and(line.code = '0000')
         AND NOT EXISTS (SELECT FROM refused
                          WHERE refused.file_id = line.file_id
                            AND refused.batch_number = line.batch_number
                            AND coalesce(refused.journal, line.journal) = line.journal) AS is_accepted,
       bool_or(line.rule = 'booked_before') AS is_repeated,
       chr((min(ARRAY[line.line, ascii(line.side)]))[2]) = 'D' AS is_back,
       least(coalesce(sum(line.amount) FILTER (WHERE line.side = 'D'), 0),
             coalesce(sum(line.amount) FILTER (WHERE line.side = 'C'), 0)) AS amount
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
   AND line.record = 'JD'
   AND line.outcome = 'applied'
 GROUP BY line.file_id, file.name, line.batch_number, batch.file_type, line.journal, line.subject
