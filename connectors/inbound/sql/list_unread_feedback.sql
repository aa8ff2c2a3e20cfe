-- List the feedback files of CGI that are known and not read to their end.
-- in     ack text: what the names of ACK files begin with
-- out    name, state, reason, came_on: when it was taken in, or found in the bucket
-- again  reads only
-- A file that another service put into the bucket is the one we took in if the content is the same; where the content
-- was not noted, if the name is.
SELECT file.name, file.state, file.reason, file.received_on AS came_on
  FROM pay_jobs.inbound_files AS file
 WHERE file.source = 'CGI'
   AND NOT starts_with(upper(file.name), upper(:ack))
   AND (   file.state IN ('stored', 'received', 'held', 'failed')
        OR file.state = 'known'
       AND NOT EXISTS (SELECT FROM pay_jobs.inbound_files AS twin
                        WHERE twin.source = file.source
                          AND twin.sha256 = file.sha256
                          AND twin.state IN ('applied', 'ignored')))
 UNION ALL
SELECT file.name, 'in the bucket', file.fault, file.indexed_on
  FROM pay_jobs.cgi_files AS file
 WHERE file.kind = 'feedback'
   AND file.fault IS NOT NULL
   AND NOT EXISTS (SELECT FROM pay_jobs.inbound_files AS known
                    WHERE known.source = 'CGI'
                      AND (   known.object_key = file.object_key
                           OR known.sha256 = file.sha256
                           OR file.sha256 IS NULL AND known.name = file.name))
