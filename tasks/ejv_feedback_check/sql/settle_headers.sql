-- Write on the journals how they went; where BH refuses the batch, all of them.
-- in     batch, is_refused, refusal
-- out    nothing
-- again  the same values are written
UPDATE ejv_headers AS header
   SET disbursement_status_code = CASE WHEN :is_refused OR answer.code <> '0000' THEN 'ERRORED' ELSE 'COMPLETED' END,
       message                  = coalesce(nullif(answer.message, ''), nullif(:refusal, ''), header.message)
  FROM (SELECT known.id, line.code,
               CASE line.code WHEN '0000' THEN line.message ELSE rtrim(line.code || ' ' || line.message) END AS message
          FROM ejv_headers AS known
          LEFT JOIN feedback_staged AS line
            ON line.record = 'JH'
           AND line.journal = known.id
         WHERE known.ejv_file_id = :batch
           AND (:is_refused OR line.journal IS NOT NULL)) AS answer
 WHERE header.id = answer.id
   AND coalesce(header.disbursement_status_code, '') NOT IN ('COMPLETED', 'ERRORED')
