-- List rows of a settlement file, in the order of the file.
-- in     id of the file, outcome and part (of a number or account) or null for any, after (line), limit
-- out    line, what, number, account, amount, outcome, why
-- again  reads only
SELECT line,
       concat_ws(' ', kind, record_type) AS what,
       target_number AS number,
       customer_account AS account,
       amount,
       outcome,
       concat_ws(': ', nullif(rule, ''), nullif(detail, '')) AS why
  FROM pay_jobs.settlement_rows
 WHERE file_id = :id
   AND line > :after
   AND (CAST(:outcome AS text) IS NULL OR outcome = :outcome)
   AND (CAST(:part AS text) IS NULL
        OR position(lower(:part) IN lower(concat_ws(' ', target_number, source_number, customer_account))) > 0)
 ORDER BY line
 LIMIT :limit
