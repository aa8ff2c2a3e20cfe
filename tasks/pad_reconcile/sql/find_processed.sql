-- Find what cas_settlements says of a file that another system processed, or began.
-- in     name, source
-- out    at most one row: received_on, processed_on; nothing where we applied a file of the name
-- again  reads only
SELECT received_on, processed_on
  FROM cas_settlements
 WHERE file_name = :name
   AND NOT EXISTS (
       SELECT
         FROM pay_jobs.inbound_files
        WHERE source = :source
          AND name = :name
          AND state = 'applied')
 ORDER BY id
 LIMIT 1
