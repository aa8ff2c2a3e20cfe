-- files.total and files.TYPE.OUTCOME: what settlement files held, and what became of each row, by file; rows that were
-- tried again, or that an undone bounce had skipped, count once more, on that day.
-- in     since, until (naive UTC)
-- out    rows of closing_rows
INSERT INTO closing_rows
SELECT 'files.' || lower(line.record_type) || '.' || line.outcome, [[line.at]], line.name, CAST(NULL AS bigint), CAST(line.file_id AS text),
       line.name || ' line ' || line.line, line.amount, line.name || ' line ' || line.line
  FROM closing_lines AS line
 UNION ALL
SELECT 'files.total', [[file.applied_on AT TIME ZONE 'UTC']], file.name, CAST(NULL AS bigint), CAST(file.id AS text),
       'file ' || file.id, figures.amount, file.name
  FROM pay_jobs.inbound_files AS file
  JOIN pay_jobs.settlement_figures AS figures
    ON figures.file_id = file.id
 WHERE file.state = 'applied'
   AND file.applied_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC'
   AND file.applied_on < CAST(:until AS timestamp) AT TIME ZONE 'UTC'
 UNION ALL
SELECT 'files.tried_again', [[retried.at]], file.name, CAST(NULL AS bigint), CAST(retried.file_id AS text),
       file.name || ' line ' || retried.line, CAST(retried.was ->> 'amount' AS numeric(19,2)),
       file.name || ' line ' || retried.line
  FROM closing_retried AS retried
  JOIN pay_jobs.inbound_files AS file
    ON file.id = retried.file_id
 WHERE retried.at >= :since
   AND retried.at < :until
