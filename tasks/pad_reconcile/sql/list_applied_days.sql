-- List the days in the names of the settlement files that were applied, by us or by the reference before us.
-- in     source
-- out    digits: eight, perhaps no date; perhaps null
-- again  reads only
SELECT to_char(business_date, 'YYYYMMDD') AS digits
  FROM pay_jobs.inbound_files
 WHERE source = :source
   AND state  = 'applied'
 UNION
SELECT substring(upper(file_name) FROM '^BCR_PAYMENT_APPL_([0-9]{8})')
  FROM cas_settlements
 WHERE processed_on IS NOT NULL
