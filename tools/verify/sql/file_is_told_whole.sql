-- An applied file of which a row or batch has no outcome, save one whose rows were archived; or one that waits for two days.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cas-settlement-csv.md section 1, cgi-ejv-files.md section 6; design rule 1: rows read = outcomes
SELECT 'file ' || file.name AS row,
       'explain file ' || file.name AS next,
       CAST(NULL AS integer) AS account_id,
       coalesce(file.applied_on, file.received_on) AT TIME ZONE 'UTC' AS day,
       CASE WHEN file.state = 'applied' THEN 'an outcome of everything in it' ELSE 'applied, or put aside by a person' END AS expected,
       CASE WHEN file.state <> 'applied' THEN file.state
            ELSE coalesce(holes.what, format('%s of %s rows', told.rows, coalesce(figures.rows, 0))) END AS found
  FROM (SELECT * FROM pay_jobs.inbound_files WHERE id >= :first_file OR state <> 'applied') AS file
  LEFT JOIN LATERAL (
         SELECT format('batch %s is %s', coalesce(CAST(part.batch_number AS text), 'without a number'), part.state) AS what
           FROM pay_jobs.feedback_batches AS part
          WHERE part.file_id = file.id
            AND (part.state = 'waiting'
                 OR part.state = 'applied'
                    AND NOT EXISTS (SELECT FROM pay_jobs.feedback_lines AS line
                                     WHERE line.file_id = part.file_id
                                       AND line.batch_number = part.batch_number))
          LIMIT 1
       ) AS holes ON true
  LEFT JOIN pay_jobs.settlement_figures AS figures
    ON figures.file_id = file.id
  LEFT JOIN (SELECT line.file_id, count(*) AS rows
               FROM pay_jobs.settlement_rows AS line
              WHERE line.file_id >= :first_file
              GROUP BY line.file_id) AS counted
    ON counted.file_id = file.id
 CROSS JOIN LATERAL (SELECT coalesce(counted.rows, 0) AS rows) AS told
 WHERE (file.state = 'applied'
        AND file.details -> 'archived' IS NULL
        AND (holes.what IS NOT NULL
             OR file.source = 'CAS'
                AND file.size_bytes > 400
                AND told.rows = 0
             OR figures.rows <> told.rows))
    OR (file.state IN ('received', 'stored', 'held', 'failed')
        AND file.received_on AT TIME ZONE 'UTC' < CAST(:now AS timestamp) - interval '2 days')
