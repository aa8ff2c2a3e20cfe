-- Find the settlement files that were noted lately and that our poller never took in.
-- in     since timestamp (naive UTC)
-- out    one row: number, at, newest
SELECT count(*) AS number,
       max(noted.received_on) AS at,
       (array_agg(noted.file_name ORDER BY noted.received_on DESC))[1] AS newest
  FROM cas_settlements AS noted
 WHERE noted.received_on >= :since
   AND NOT EXISTS (SELECT FROM pay_jobs.inbound_files AS file
                    WHERE file.source = 'CAS'
                      AND file.name = noted.file_name)
