-- Draw up what can be bought: the fee schedules with a price and a distribution, the common ones many times.
-- in     fee_schedules, fee_codes, distribution_code_links
-- out    temporary table demo_menu; ticket counts from 0, companion is the second line of the same business
-- again  gone when the transaction ends
CREATE TEMPORARY TABLE demo_menu ON COMMIT DROP AS
WITH priced AS (
    SELECT schedule.fee_schedule_id,
           schedule.corp_type_code,
           filing.description,
           fee.amount AS fee,
           coalesce(service.amount, 0) AS service_fee,
           link.distribution_code_id,
           coalesce(
               lead(schedule.fee_schedule_id) OVER business,
               first_value(schedule.fee_schedule_id) OVER business
           ) AS companion_id
      FROM fee_schedules AS schedule
      JOIN filing_types AS filing ON filing.code = schedule.filing_type_code
      JOIN fee_codes AS fee ON fee.code = schedule.fee_code
      JOIN distribution_code_links AS link ON link.fee_schedule_id = schedule.fee_schedule_id
      LEFT JOIN fee_codes AS service ON service.code = schedule.service_fee_code
     WHERE fee.amount > 0
    WINDOW business AS (PARTITION BY schedule.corp_type_code ORDER BY schedule.fee_schedule_id)
)
SELECT row_number() OVER (ORDER BY fee_schedule_id, copy) - 1 AS ticket,
       priced.*,
       copy = 1 AS listed
  FROM priced
 CROSS JOIN LATERAL generate_series(
       1,
       CASE
           WHEN description IN ('PPR Search', 'Business Search') THEN 40
           WHEN description IN ('PPR Registration (year)', 'Annual Report', 'Wills Search') THEN 15
           ELSE 1
       END
 ) AS copy
