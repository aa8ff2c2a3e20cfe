-- Find the NSF fee in force, and the account it is booked to.
-- in     today
-- out    fee_schedule_id, amount, description, distribution_code_id, account; no row where none is in force
-- again  reads only
-- source docs/specs/routing-slips.md section 3.4, docs/specs/cfs-api.md section 5
SELECT fee.fee_schedule_id,
       fee.amount::numeric(19,2) AS amount,
       fee.description,
       code.distribution_code_id,
       concat_ws('.', code.client, code.responsibility_centre, code.service_line, code.stob, code.project_code,
                 '000000', '0000') AS account
  FROM <<fee.nsf_fees_in_force>>
  JOIN distribution_code_links AS link
    ON link.fee_schedule_id = fee.fee_schedule_id
  JOIN distribution_codes AS code
    ON code.distribution_code_id = link.distribution_code_id
   AND code.account_id IS NULL
   AND code.start_date <= :today
   AND (code.end_date IS NULL OR code.end_date >= :today)
 ORDER BY fee.start_date DESC, fee.fee_schedule_id DESC, link.distribution_code_id
 LIMIT 1
