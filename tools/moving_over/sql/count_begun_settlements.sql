-- Count the settlement files that the old worker began and did not finish.
-- out    one row: number, examples (the newest five)
SELECT count(*) AS number,
       coalesce((array_agg(noted.file_name ORDER BY noted.id DESC))[1:5], '{}') AS examples
  FROM cas_settlements AS noted
 WHERE noted.processed_on IS NULL
   AND NOT EXISTS (SELECT FROM pay_jobs.inbound_files AS file
                    WHERE file.name = noted.file_name
                      AND file.state = 'applied')
