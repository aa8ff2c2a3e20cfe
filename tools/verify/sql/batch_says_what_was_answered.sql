-- A batch whose state, date or file is not that of the answer this service has read.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cgi-ejv-files.md section 7.2: BH decides; a batch taken back by `ejv rebuild` is ERRORED
SELECT 'batch ' || batch.id AS row,
       'explain batch ' || batch.id AS next,
       CAST(NULL AS integer) AS account_id,
       batch.created_on AS day,
       format('%s, answered by %s, completed on %s', CASE WHEN answer.is_accepted THEN 'COMPLETED' ELSE 'ERRORED' END,
              answer.names, CAST(answer.first_on AS timestamp(0))) AS expected,
       format('%s, answered by %s, completed on %s', batch.disbursement_status_code,
              coalesce(batch.feedback_file_ref, 'none'), CAST(batch.completed_on AS timestamp(0))) AS found
  FROM (SELECT part.batch_number,
               bool_and(line.code = '0000') AS is_accepted,
               string_agg(DISTINCT file.name, ', ') AS names,
               array_agg(file.name) AS files,
               min(part.applied_on AT TIME ZONE 'UTC') AS first_on,
               max(part.applied_on AT TIME ZONE 'UTC') AS last_on
          FROM pay_jobs.feedback_batches AS part
          JOIN pay_jobs.inbound_files AS file
            ON file.id = part.file_id
          JOIN pay_jobs.feedback_lines AS line
            ON line.file_id = part.file_id
           AND line.batch_number = part.batch_number
           AND line.record = 'BH'
         WHERE part.state = 'applied'
           AND part.file_id >= :first_file
         GROUP BY part.batch_number
        HAVING count(DISTINCT line.code = '0000') = 1) AS answer
  JOIN ejv_files AS batch
    ON batch.id = answer.batch_number
 WHERE coalesce(batch.message, '') NOT LIKE 'Voided%'
   AND (batch.disbursement_status_code IS DISTINCT FROM CASE WHEN answer.is_accepted THEN 'COMPLETED' ELSE 'ERRORED' END
        OR batch.feedback_file_ref IS NULL
        OR batch.completed_on IS NULL
        OR batch.completed_on NOT BETWEEN answer.first_on - interval '1 hour' AND answer.last_on + interval '1 hour')
