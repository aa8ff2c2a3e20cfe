-- What CGI accepted or refused of AP batches in these days: one row an item, over all its lines; its header decides nothing.
-- out    temporary table closing_items; partner of a partner that is paid by AP file
-- source docs/specs/cgi-ejv-files.md section 7.2
CREATE TEMPORARY TABLE closing_items ON COMMIT DROP AS
SELECT line.batch_number, line.subject, line.file_type, line.name,
       min(line.line) AS line,
       max(line.at) AS at,
       bool_and(line.code = '0000') AS is_accepted,
       coalesce(sum(line.amount), 0) AS amount,
       (SELECT invoice.corp_type_code
          FROM invoices AS invoice
         WHERE line.file_type = 'NON_GOV_DISBURSEMENT'
           AND invoice.id = CASE WHEN line.subject ~ '^[0-9]{1,9}$' THEN CAST(line.subject AS integer) END) AS partner
  FROM closing_feedback AS line
 WHERE line.record IN ('IH', 'IL', 'NA', 'IC')
 GROUP BY line.file_id, line.name, line.batch_number, line.file_type, line.subject
