-- Find the NSF fee in force.
-- in     today
-- out    fee_schedule_id, amount, description, distribution_code_id
-- again  reads only
-- source docs/specs/cas-settlement-csv.md section 8 step 8
SELECT schedule.fee_schedule_id, fee.amount, filing.description, link.distribution_code_id
  FROM fee_schedules AS schedule
  JOIN fee_codes AS fee
    ON fee.code = schedule.fee_code
  JOIN filing_types AS filing
    ON filing.code = schedule.filing_type_code
  LEFT JOIN distribution_code_links AS link
    ON link.fee_schedule_id = schedule.fee_schedule_id
 WHERE schedule.filing_type_code = 'NSF'
   AND schedule.corp_type_code = 'BCR'
   AND schedule.fee_start_date <= :today
   AND (schedule.fee_end_date IS NULL OR schedule.fee_end_date >= :today)
 ORDER BY schedule.fee_start_date DESC, schedule.fee_schedule_id DESC, link.distribution_code_id
 LIMIT 1
