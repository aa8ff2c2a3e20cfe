-- Book the NSF fee, which the seed leaves without an account, to the GL of the service fees.
-- in     fee_schedules
-- out    one row
-- again  one row more; the caller loads once
INSERT INTO distribution_code_links (fee_schedule_id, distribution_code_id)
SELECT fee_schedule_id,
       8
  FROM fee_schedules
 WHERE filing_type_code = 'NSF'
   AND corp_type_code = 'BCR'
