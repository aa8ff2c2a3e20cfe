-- Of the files in a backup directory, list those that our poller did not move there.
-- in     names text[], source text
-- out    name, the newest by its name first
SELECT candidate.name
  FROM unnest(CAST(:names AS text[])) AS candidate (name)
 WHERE NOT EXISTS (SELECT FROM pay_jobs.inbound_files AS file
                    WHERE file.source = :source
                      AND candidate.name IN (file.name, file.remote_name, file.archived_as))
 ORDER BY candidate.name DESC
