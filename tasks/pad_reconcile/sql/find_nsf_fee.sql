-- Find the NSF fee in force.
-- in     today
-- out    fee_schedule_id, amount, description, distribution_code_id
-- again  reads only
-- source docs/specs/cas-settlement-csv.md section 8 step 8
SELECT fee.fee_schedule_id, fee.amount, fee.description, link.distribution_code_id
  FROM <<fee.nsf_fees_in_force>>
  LEFT JOIN distribution_code_links AS link
    ON link.fee_schedule_id = fee.fee_schedule_id
 ORDER BY fee.start_date DESC, fee.fee_schedule_id DESC, link.distribution_code_id
 LIMIT 1
