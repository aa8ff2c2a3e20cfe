-- Find the batches that were answered lately by a feedback file that our poller never took in.
-- in     since timestamp (naive UTC)
-- out    one row: number, at, newest
SELECT count(DISTINCT batch.feedback_file_ref) AS number,
       max(batch.completed_on) AS at,
       (array_agg(batch.feedback_file_ref ORDER BY batch.completed_on DESC))[1] AS newest
  FROM ejv_files AS batch
 WHERE batch.completed_on >= :since
   AND batch.feedback_file_ref IS NOT NULL
   AND NOT EXISTS (SELECT FROM pay_jobs.inbound_files AS file
                    WHERE file.source = 'CGI'
                      AND file.name = batch.feedback_file_ref)
