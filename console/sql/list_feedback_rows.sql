-- List lines of a feedback file whose batches were applied, in the order of the file.
-- in     id of the file, outcome and part (of a subject or message) or null for any, after (line), limit
-- out    line, what, number, account, amount, outcome, why
-- again  reads only
SELECT line,
       concat_ws(' ', 'batch', batch_number, record, side) AS what,
       coalesce(subject, CAST(journal AS text), '') AS number,
       '' AS account,
       amount,
       outcome,
       concat_ws(': ', nullif(rule, ''), nullif(code, ''), nullif(message, '')) AS why
  FROM pay_jobs.feedback_lines
 WHERE file_id = :id
   AND line > :after
   AND (CAST(:outcome AS text) IS NULL OR outcome = :outcome)
   AND (CAST(:part AS text) IS NULL
        OR position(lower(:part) IN lower(concat_ws(' ', subject, journal, message))) > 0)
 ORDER BY line
 LIMIT :limit
