-- A journal in an applied answer whose debits and credits differ, or are not its total.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cgi-ejv-files.md section 3: every amount goes out as a pair, counted once in the journal's total
SELECT 'journal ' || line.journal AS row,
       'explain batch ' || line.batch_number AS next,
       min(header.payment_account_id) AS account_id,
       min(batch.created_on) AS day,
       'debits = credits' AS expected,
       format('debits %s, credits %s in file %s', coalesce(sum(line.amount) FILTER (WHERE line.side = 'D'), 0),
              coalesce(sum(line.amount) FILTER (WHERE line.side = 'C'), 0), min(file.name)) AS found
  FROM pay_jobs.feedback_lines AS line
  JOIN pay_jobs.inbound_files AS file
    ON file.id = line.file_id
  LEFT JOIN ejv_headers AS header
    ON header.id = line.journal
  LEFT JOIN ejv_files AS batch
    ON batch.id = line.batch_number
 WHERE line.record = 'JD'
   AND line.outcome = 'applied'
   AND line.rule <> 'incomplete'
   AND NOT coalesce(file.details ->> 'despite_faults', 'false') = 'true'
   AND line.file_id >= :first_file
 GROUP BY line.file_id, line.batch_number, line.journal
HAVING coalesce(sum(line.amount) FILTER (WHERE line.side = 'D'), 0)
       <> coalesce(sum(line.amount) FILTER (WHERE line.side = 'C'), 0)
