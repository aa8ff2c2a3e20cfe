-- The schedules of the NSF fee that are in force on a day.
-- in     the alias that they get, in place of the name in braces; today
-- out    a table: fee_schedule_id, amount, description, start_date
-- again  reads only
-- source docs/specs/cas-settlement-csv.md section 8 step 8
(SELECT schedule.fee_schedule_id, fee.amount, filing.description, schedule.fee_start_date AS start_date
   FROM fee_schedules AS schedule
   JOIN fee_codes AS fee
     ON fee.code = schedule.fee_code
   JOIN filing_types AS filing
     ON filing.code = schedule.filing_type_code
  WHERE schedule.filing_type_code = 'NSF'
    AND schedule.corp_type_code = 'BCR'
    AND schedule.fee_start_date <= :today
    AND (schedule.fee_end_date IS NULL OR schedule.fee_end_date >= :today)) AS {alias}
