-- List the feedback about a batch that is stored and not applied.
-- in     batch
-- out    name, state
-- again  reads only
-- A file in the bucket is one we took in if the content is the same; where the content was not noted, if the name is.
SELECT file.name, batch.state
  FROM pay_jobs.feedback_batches AS batch
  JOIN pay_jobs.inbound_files AS file ON file.id = batch.file_id
 WHERE batch.batch_number = :batch AND batch.state IN ('waiting', 'held') AND file.state <> 'ignored'
 UNION
SELECT file.name, 'in the bucket'
  FROM pay_jobs.cgi_mentions AS mention
  JOIN pay_jobs.cgi_files AS file ON file.id = mention.cgi_file_id
 WHERE mention.kind = 'batch' AND mention.number = CAST(:batch AS text) AND file.kind = 'feedback'
   AND NOT EXISTS <<file.states_taken_in>>
 ORDER BY 1
