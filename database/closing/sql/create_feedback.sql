-- The lines of CGI's feedback that were booked in these days: what they say of each thing, and the headers that refuse all
-- that stands under them.
-- in     since, until (naive UTC)
-- out    temporary table closing_feedback; at: when their batch was booked
CREATE TEMPORARY TABLE closing_feedback ON COMMIT DROP AS
SELECT line.file_id, line.line, line.batch_number, line.record, line.journal, line.subject, line.side, line.amount,
       line.effective_date, line.code, line.rule, batch.file_type, file.name, part.applied_on AT TIME ZONE 'UTC' AS at
  FROM pay_jobs.feedback_batches AS part
  JOIN pay_jobs.inbound_files AS file
    ON file.id = part.file_id
  JOIN pay_jobs.feedback_lines AS line
    ON line.file_id = part.file_id
   AND line.line BETWEEN part.first_line AND part.last_line
   AND line.batch_number = part.batch_number
  JOIN ejv_files AS batch
    ON batch.id = line.batch_number
 WHERE part.applied_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC'
   AND part.applied_on < CAST(:until AS timestamp) AT TIME ZONE 'UTC'
   AND (line.record IN ('JD', 'IH', 'IL', 'NA', 'IC') AND line.outcome = 'applied'
        OR line.record IN ('BH', 'JH') AND line.code <> '0000')
