-- List the resubmissions that are begun and not finished.
-- out    one row a resubmission, the oldest first; amount in CAD: the total of the batch in the file that is sent again
-- again  reads only
SELECT sent.batch_number,
       sent.old_name,
       sent.new_name,
       sent.state,
       sent.business_day,
       sent.begun_on,
       (
           SELECT CAST(max(total.amount) AS numeric(19,2))
             FROM pay_jobs.cgi_files AS inbox
             JOIN pay_jobs.cgi_mentions AS total
               ON total.cgi_file_id = inbox.id
              AND total.kind = 'batch'
              AND total.number = CAST(sent.batch_number AS text)
            WHERE inbox.name = sent.old_name
              AND inbox.kind = 'inbox'
       ) AS amount
  FROM pay_jobs.resubmissions AS sent
 WHERE sent.state NOT IN ('done', 'given_up')
 ORDER BY sent.id
