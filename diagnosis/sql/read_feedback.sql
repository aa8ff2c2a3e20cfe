-- Find stored feedback files that speak of batches (evidence E9).
-- in     batches integer[]
-- out    batch, the name of the file, whether it is applied; one that is not goes first
-- again  reads only
SELECT DISTINCT ON (found.batch_number) found.batch_number, found.name, found.is_applied
  FROM (SELECT batch.batch_number, file.name, batch.state IN ('applied', 'already_applied') AS is_applied
          FROM pay_jobs.feedback_batches AS batch
          JOIN pay_jobs.inbound_files AS file ON file.id = batch.file_id
         WHERE batch.batch_number = ANY (:batches)
           AND file.state <> 'ignored'
         UNION ALL
        SELECT CAST(mention.number AS integer), file.name, false
          FROM pay_jobs.cgi_mentions AS mention
          JOIN pay_jobs.cgi_files AS file ON file.id = mention.cgi_file_id
         WHERE mention.kind = 'batch'
           AND mention.number = ANY (CAST(:batches AS text[]))
           AND file.kind = 'feedback'
           AND NOT EXISTS <<file.states_taken_in>>) AS found
 ORDER BY found.batch_number, found.is_applied, found.name DESC
