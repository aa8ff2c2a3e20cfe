-- Find the lines that mention a number, the oldest file first.
-- in     numbers text[], kind or null, limit
-- out    object_key, name and kind of the file, line
-- again  reads only
SELECT file.object_key, file.name, file.kind, mention.line
  FROM pay_jobs.cgi_mentions AS mention
  JOIN pay_jobs.cgi_files AS file ON file.id = mention.cgi_file_id
 WHERE mention.number = ANY (:numbers) AND (CAST(:kind AS text) IS NULL OR mention.kind = :kind)
 ORDER BY right(file.name, 14), file.name, mention.line
 LIMIT :limit
