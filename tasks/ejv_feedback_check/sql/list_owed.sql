-- List the items of AP batches that still wait though none of their lines answered them, and no newer batch holds them.
-- in     batch (NULL: every batch that was answered and not voided), numbers text[] (those of the batch's inbox file,
--        where it is at hand; the index is asked too)
-- out    batch, file_type, number, amount in CAD
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 8 step 6. What was refused goes out in a newer batch under the same number;
--        a line that could not be read, or has no IH line with it, answers nothing. Of a batch that was accepted
--        without a line in our books another reader knows what was answered.
WITH waiting AS MATERIALIZED (
       SELECT 'REFUND' AS file_type, number, refund_amount AS amount
         FROM routing_slips
        WHERE status = 'REFUND_UPLOADED'
        UNION ALL
       SELECT 'EFT_REFUND', CAST(id AS text), refund_amount
         FROM eft_refunds
        WHERE disbursement_status_code IN ('UPLOADED', 'ACKNOWLEDGED')
     ),
     sent AS (
       SELECT file.id AS batch, waiting.*
         FROM waiting
         JOIN pay_jobs.cgi_mentions AS mention
           ON mention.number = waiting.number
          AND mention.kind = 'ap'
         JOIN pay_jobs.cgi_files AS inbox
           ON inbox.id = mention.cgi_file_id
         JOIN ejv_files AS file
           ON file.file_ref = inbox.name
          AND file.file_type = waiting.file_type
        WHERE CASE WHEN CAST(:batch AS integer) IS NULL
                   THEN file.disbursement_status_code IN ('COMPLETED', 'ERRORED')
                    AND coalesce(file.message, '') NOT LIKE 'Voided%'
                   ELSE file.id = :batch END
        UNION
       SELECT file.id, waiting.*
         FROM waiting
         JOIN ejv_files AS file
           ON file.id = :batch
          AND file.file_type = waiting.file_type
        WHERE waiting.number = ANY (CAST(:numbers AS text[]))
     )
SELECT sent.batch, sent.file_type, sent.number, coalesce(sent.amount, 0) AS amount
  FROM sent
 WHERE NOT EXISTS (SELECT FROM pay_jobs.feedback_batches AS answer
                     JOIN pay_jobs.feedback_lines AS line
                       ON line.file_id = answer.file_id
                      AND line.batch_number = answer.batch_number
                    WHERE answer.batch_number = sent.batch
                      AND line.subject = sent.number
                      AND line.rule NOT IN ('unreadable', 'no_item_header'))
   AND NOT EXISTS (SELECT FROM pay_jobs.cgi_mentions AS mention
                     JOIN pay_jobs.cgi_files AS inbox
                       ON inbox.id = mention.cgi_file_id
                     JOIN ejv_files AS newer
                       ON newer.file_ref = inbox.name
                    WHERE mention.number = sent.number
                      AND mention.kind = 'ap'
                      AND inbox.kind = 'inbox'
                      AND newer.file_type = sent.file_type
                      AND newer.id > sent.batch)
   AND (   EXISTS (SELECT FROM pay_jobs.feedback_batches AS answer
                     JOIN pay_jobs.feedback_lines AS line
                       ON line.file_id = answer.file_id
                      AND line.batch_number = answer.batch_number
                    WHERE answer.batch_number = sent.batch)
        OR NOT EXISTS (SELECT FROM ejv_files AS file
                        WHERE file.id = sent.batch AND file.disbursement_status_code = 'COMPLETED'))
 ORDER BY sent.batch, sent.number
