-- Stop journals on the GL in force of the accounts that had a detail line refused.
-- in     now (naive UTC), today
-- out    distribution_code_id, payment_account_id
-- again  a stopped one stays stopped
UPDATE distribution_codes AS code
   SET stop_ejv   = true,
       updated_on = :now
  FROM (SELECT DISTINCT payment_account_id
          FROM feedback_items
         WHERE outcome = 'applied' AND refused_line IS NOT NULL) AS refused
 WHERE code.account_id = refused.payment_account_id
   AND code.start_date <= :today
   AND (code.end_date IS NULL OR code.end_date >= :today)
RETURNING code.distribution_code_id
