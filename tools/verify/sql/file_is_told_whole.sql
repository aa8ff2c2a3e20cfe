-- An applied file of which no row, or not every batch, has an outcome, save one whose rows were archived; or one that waits or is held for two days.
-- source docs/specs/cas-settlement-csv.md section 1, cgi-ejv-files.md section 6; design rule 1: rows read = outcomes
SELECT 'file ' || file.name AS row,
       'explain file ' || file.name AS next,
       CAST(NULL AS integer) AS account_id,
       coalesce(file.applied_on, file.received_on) AT TIME ZONE 'UTC' AS day,
       CASE WHEN file.state = 'applied' THEN 'an outcome of everything in it' ELSE 'applied, or put aside by a person' END AS expected,
       CASE WHEN file.state = 'applied' THEN coalesce(holes.what, 'no outcome') ELSE file.state END AS found
  FROM pay_jobs.inbound_files AS file
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
 WHERE (file.state = 'applied'
        AND file.details -> 'archived' IS NULL
        AND (holes.what IS NOT NULL
             OR file.source = 'CAS'
                AND file.size_bytes > 400
                AND NOT EXISTS (SELECT FROM pay_jobs.settlement_rows AS line WHERE line.file_id = file.id)))
    OR (file.state IN ('received', 'held', 'failed')
        AND file.received_on AT TIME ZONE 'UTC' < CAST(:now AS timestamp) - interval '2 days')
