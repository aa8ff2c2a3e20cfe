-- List the feedback files of CGI that are known and not read to their end.
-- in     ack text: what the names of ACK files begin with
-- out    name, state, reason, came_on: when it was taken in, found in the bucket, or last seen in CGI's directory,
--        hold: what stands against one that is held or failed
-- again  reads only
-- A file that another service put into the bucket is the one we took in if the content is the same; where the content
-- was not noted, if the name is.
SELECT file.name, file.state, file.reason, file.received_on AS came_on,
       CASE WHEN file.state IN ('held', 'failed') THEN file.details ->> 'hold' END AS hold
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
SELECT waiting.name, 'in the directory', waiting.reason, waiting.last_seen, NULL
  FROM pay_jobs.unfinished_files AS waiting
 WHERE waiting.source = 'CGI'
   AND NOT starts_with(upper(waiting.name), upper(:ack))
   AND NOT EXISTS (SELECT FROM pay_jobs.inbound_files AS taken
                    WHERE taken.source = waiting.source
                      AND taken.name = waiting.name
                      AND taken.received_on >= waiting.last_seen)
 UNION ALL
SELECT file.name, 'in the bucket', file.fault, file.indexed_on, NULL
  FROM pay_jobs.cgi_files AS file
 WHERE file.kind = 'feedback'
   AND file.fault IS NOT NULL
   AND NOT EXISTS <<file.states_taken_in>>
