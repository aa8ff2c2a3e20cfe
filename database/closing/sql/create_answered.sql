-- When CGI's acceptances of charges of the invoices that were given up in these days were booked, journal by journal.
-- in     since, until (naive UTC)
-- out    temporary table closing_answered
-- An answer that refuses says nothing about when the charge was paid: what is sent again may be accepted under the same
-- effective date.
CREATE TEMPORARY TABLE closing_answered ON COMMIT DROP AS
SELECT given_up.invoice_id, line.batch_number, line.journal, min(part.applied_on) AT TIME ZONE 'UTC' AS at
  FROM closing_given_up AS given_up
  JOIN ejv_links AS link
    ON link.link_id = given_up.invoice_id
   AND coalesce(link.link_type, 'invoice') = 'invoice'
  JOIN ejv_headers AS header
    ON header.id = link.ejv_header_id
  JOIN pay_jobs.feedback_batches AS part
    ON part.batch_number = header.ejv_file_id
  JOIN pay_jobs.feedback_lines AS line
    ON line.file_id = part.file_id
   AND line.line BETWEEN part.first_line AND part.last_line
   AND line.batch_number = part.batch_number
   AND line.subject = CAST(given_up.invoice_id AS text)
   AND line.record = 'JD'
   AND line.outcome = 'applied'
   AND line.code = '0000'
 WHERE given_up.at >= :since
   AND given_up.at < :until
   AND NOT <<line.is_under_refused_header>>
 GROUP BY given_up.invoice_id, line.batch_number, line.journal
