-- Find what decisions about statements may excuse.
-- in     since (naive UTC, or null)
-- out    decision, kind and subject: statements by account, frequency and period
-- again  reads only
-- source docs/decisions/generate-statements.md, "Rows that differ"
WITH shown AS (
       SELECT *,
              concat_ws(' ', payment_account_id, frequency, from_date, to_date) AS subject
         FROM statements
        WHERE to_date >= coalesce(CAST(:since AS date), '-infinity')
          AND NOT coalesce(is_interim_statement, false)
     )
SELECT DISTINCT 'D-STA-06' AS decision, 'statement' AS kind, weekly.subject
  FROM shown AS weekly
  JOIN shown AS earlier
    ON earlier.payment_account_id = weekly.payment_account_id
   AND earlier.frequency <> 'WEEKLY'
   AND earlier.to_date >= weekly.from_date
   AND earlier.to_date < weekly.to_date
 WHERE weekly.frequency = 'WEEKLY'
 UNION ALL
SELECT DISTINCT decision, 'statement', shown.subject
  FROM shown
  JOIN statements AS interim
    ON interim.payment_account_id = shown.payment_account_id
   AND interim.is_interim_statement
   AND interim.to_date >= shown.to_date
 CROSS JOIN (VALUES ('D-STA-07'), ('D-STA-08')) AS switch (decision)
