-- Choose the GL in force of the accounts that had a detail line refused, and lock them.
-- in     today
-- out    id, is_stopped
SELECT code.distribution_code_id AS id, coalesce(code.stop_ejv, false) AS is_stopped
  FROM distribution_codes AS code
 WHERE code.account_id IN (
       SELECT payment_account_id
         FROM feedback_items
        WHERE outcome = 'applied' AND refused_line IS NOT NULL
       )
   AND code.start_date <= :today
   AND (code.end_date IS NULL OR code.end_date >= :today)
 ORDER BY code.distribution_code_id
   FOR UPDATE OF code
