-- Find the files of a source that have a name or a content, the oldest first.
-- in     source text, file_name text or null, sha256 text or null
-- out    whole rows
SELECT *
  FROM pay_jobs.inbound_files
 WHERE source = :source
   AND (name = CAST(:file_name AS text) OR sha256 = CAST(:sha256 AS text))
 ORDER BY id
