-- Choose what lines of old files are about; which batches and AP items a file has stays, as what is outstanding rests on it.
-- in     before timestamptz, limit
-- out    cgi_file_id, line, kind, number, at
-- again  reads only
SELECT DISTINCT mention.cgi_file_id, mention.line, mention.kind, mention.number, file.indexed_on AS at
  FROM pay_jobs.cgi_files AS file
  JOIN pay_jobs.cgi_mentions AS mention
    ON mention.cgi_file_id = file.id
 WHERE file.indexed_on < :before
   AND mention.kind NOT IN ('batch', 'ap')
 ORDER BY mention.cgi_file_id, mention.line, mention.kind, mention.number
 LIMIT :limit
