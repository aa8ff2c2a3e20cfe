-- List the days in the names of the settlement files that were applied, by us or by the reference before us.
-- in     source
-- out    digits (eight, perhaps no date), the last time a file of them was applied
-- again  reads only
SELECT digits, max(applied_on) AS applied_on
  FROM (SELECT to_char(business_date, 'YYYYMMDD') AS digits, applied_on
          FROM pay_jobs.inbound_files
         WHERE source = :source
           AND state  = 'applied'
         UNION ALL
        SELECT substring(upper(file_name) FROM '^BCR_PAYMENT_APPL_([0-9]{8})'), processed_on AT TIME ZONE 'UTC'
          FROM cas_settlements) AS file
 WHERE digits IS NOT NULL
   AND applied_on IS NOT NULL
 GROUP BY digits
