-- List the stored feedback files that speak of a batch, the oldest first; one that was put aside answers nothing.
-- in     batch
-- out    object_key, name
-- again  reads only
SELECT DISTINCT file.object_key, file.name
  FROM pay_jobs.cgi_mentions AS mention
  JOIN pay_jobs.cgi_files AS file ON file.id = mention.cgi_file_id
 WHERE mention.kind = 'batch'
   AND mention.number = CAST(:batch AS text)
   AND file.kind = 'feedback'
   AND 'ignored' <> ALL <<file.states_taken_in>>
 ORDER BY file.name, file.object_key
