-- When CGI's answers about the invoices that were given up in these days were booked.
-- in     since, until (naive UTC)
-- out    temporary table closing_answered
CREATE TEMPORARY TABLE closing_answered ON COMMIT DROP AS
SELECT given_up.invoice_id, line.effective_date, min(part.applied_on) AT TIME ZONE 'UTC' AS at
  FROM closing_given_up AS given_up
  JOIN pay_jobs.feedback_lines AS line
    ON line.subject = CAST(given_up.invoice_id AS text)
   AND line.record = 'JD'
   AND line.outcome = 'applied'
  JOIN pay_jobs.feedback_batches AS part
    ON part.file_id = line.file_id
   AND part.batch_number = line.batch_number
 WHERE given_up.at >= :since
   AND given_up.at < :until
 GROUP BY given_up.invoice_id, line.effective_date
