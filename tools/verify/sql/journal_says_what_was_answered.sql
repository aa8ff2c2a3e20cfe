-- A journal whose state is not that of the answer this service has read.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cgi-ejv-files.md section 7.2: JH decides, and BH where it refuses the batch; the first answer stays
SELECT 'journal ' || journal.id AS row,
       'explain batch ' || journal.ejv_file_id AS next,
       journal.payment_account_id AS account_id,
       batch.created_on AS day,
       CASE WHEN answer.is_accepted THEN 'COMPLETED' ELSE 'ERRORED' END AS expected,
       coalesce(journal.disbursement_status_code, 'none') AS found
  FROM (SELECT line.batch_number, line.journal, bool_and(line.code = '0000' AND head.is_accepted) AS is_accepted
          FROM pay_jobs.feedback_lines AS line
          JOIN (SELECT file_id, batch_number, bool_and(code = '0000') AS is_accepted
                  FROM pay_jobs.feedback_lines
                 WHERE record = 'BH'
                   AND file_id >= :first_file
                 GROUP BY file_id, batch_number) AS head
            ON head.file_id = line.file_id
           AND head.batch_number = line.batch_number
         WHERE line.record = 'JH'
           AND line.outcome = 'applied'
           AND line.file_id >= :first_file
         GROUP BY line.batch_number, line.journal
        HAVING count(DISTINCT line.code = '0000' AND head.is_accepted) = 1) AS answer
  JOIN ejv_headers AS journal
    ON journal.id = answer.journal
   AND journal.ejv_file_id = answer.batch_number
  JOIN ejv_files AS batch
    ON batch.id = journal.ejv_file_id
 WHERE journal.disbursement_status_code IS DISTINCT FROM CASE WHEN answer.is_accepted THEN 'COMPLETED' ELSE 'ERRORED' END
   AND coalesce(journal.message, '') NOT LIKE 'Voided%'
   AND EXISTS (SELECT FROM pay_jobs.feedback_batches AS part
                WHERE part.batch_number = answer.batch_number
                  AND part.state = 'applied')
