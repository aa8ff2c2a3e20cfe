-- Of the files that the old pollers stored, list those that neither system has applied or taken in.
-- in     names text[], source text
-- out    name, the newest by its name first
SELECT candidate.name
  FROM unnest(CAST(:names AS text[])) AS candidate (name)
 WHERE NOT EXISTS (SELECT FROM pay_jobs.inbound_files AS file
                    WHERE file.source IN (:source, 'LOCAL')
                      AND file.name = candidate.name)
   AND NOT EXISTS (SELECT FROM cas_settlements AS noted
                    WHERE noted.file_name = candidate.name)
   AND NOT EXISTS (SELECT FROM ejv_files AS batch
                    WHERE batch.feedback_file_ref = candidate.name)
 ORDER BY candidate.name DESC
