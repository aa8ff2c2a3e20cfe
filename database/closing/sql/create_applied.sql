-- What credit memos paid of invoices in these days: booked with the line of CAS, else on the day it was applied.
-- in     since, until (naive UTC), first, last (days)
-- out    temporary table closing_applied
CREATE TEMPORARY TABLE closing_applied ON COMMIT DROP AS
WITH reported AS (
       SELECT DISTINCT ON (applied.id) applied.id, line.at, line.name || ' line ' || line.line AS origin
         FROM closing_lines AS line
         JOIN applied_credits AS applied
           ON applied.application_id = line.application_id
          AND applied.cfs_identifier = line.source_number
          AND applied.invoice_number = line.target_number
        WHERE line.record_type = 'CMAP'
          AND line.outcome = 'applied'
        ORDER BY applied.id, line.file_id, line.line
     )
SELECT applied.id, applied.invoice_id, applied.credit_id, 'applied credit ' || applied.id AS key,
       CAST(applied.amount_applied AS numeric(19,2)) AS amount, reported.at, reported.origin
  FROM reported
  JOIN applied_credits AS applied
    ON applied.id = reported.id
 UNION ALL
SELECT applied.id, applied.invoice_id, applied.credit_id, 'applied credit ' || applied.id,
       CAST(applied.amount_applied AS numeric(19,2)), applied.created_on, 'applied_credits ' || applied.id
  FROM applied_credits AS applied
 WHERE applied.created_on >= :first
   AND applied.created_on < :until
   AND [[applied.created_on]] BETWEEN :first AND :last
   AND NOT EXISTS (SELECT FROM pay_jobs.settlement_rows AS line
                    WHERE line.target_number = applied.invoice_number
                      AND line.application_id = applied.application_id
                      AND line.source_number = applied.cfs_identifier
                      AND line.outcome = 'applied')
