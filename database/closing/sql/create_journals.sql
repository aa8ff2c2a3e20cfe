-- What CGI accepted or refused in these days: one row a thing of a journal, over all its lines.
-- out    temporary table closing_journals. The first line goes to our side: a credit charges or disburses, a debit
--        pays back (docs/specs/cgi-ejv-files.md section 4)
-- An answer of BH or JH that refuses the whole is one for each line under it.
CREATE TEMPORARY TABLE closing_journals ON COMMIT DROP AS
WITH refused AS MATERIALIZED (
       SELECT file_id, batch_number, record, journal
         FROM closing_feedback
        WHERE record IN ('BH', 'JH')
     )
SELECT line.batch_number, line.journal, line.subject,
       CASE WHEN line.subject ~ '^[0-9]{1,9}$' THEN CAST(line.subject AS integer) END AS invoice_id,
       line.file_type, line.name,
       min(line.line) AS line,
       max(line.at) AS at,
       max(line.effective_date) AS effective_date,
       bool_and(line.code = '0000')
         AND NOT EXISTS (SELECT FROM refused
                          WHERE refused.file_id = line.file_id
                            AND refused.batch_number = line.batch_number
                            AND (refused.record = 'BH' OR refused.journal = line.journal)) AS is_accepted,
       bool_or(line.rule = 'booked_before') AS is_repeated,
       chr((min(ARRAY[line.line, ascii(line.side)]))[2]) = 'D' AS is_back,
       least(coalesce(sum(line.amount) FILTER (WHERE line.side = 'D'), 0),
             coalesce(sum(line.amount) FILTER (WHERE line.side = 'C'), 0)) AS amount
  FROM closing_feedback AS line
 WHERE line.record = 'JD'
 GROUP BY line.file_id, line.name, line.batch_number, line.file_type, line.journal, line.subject
