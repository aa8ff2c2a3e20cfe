-- An invoice that is overdue from another day than the 15th of the second month after it was made.
-- source docs/specs/statements.md section 9; midnight in Vancouver is 7:00 or 8:00 UTC, the month is that of either clock
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       format('overdue from %s in Vancouver, or never', CAST(due.day AS date)) AS expected,
       format('overdue from %s', invoice.overdue_date) AS found
  FROM invoices AS invoice
 CROSS JOIN LATERAL (
        SELECT date_trunc('month', invoice.created_on) + interval '2 months 14 days' AS day,
               date_trunc('month', invoice.created_on - interval '8 hours') + interval '2 months 14 days' AS local_day
      ) AS due
 WHERE invoice.id >= :first_invoice
   AND invoice.overdue_date IS NOT NULL
   AND invoice.overdue_date NOT IN (due.day + interval '7 hours', due.day + interval '8 hours',
                                    due.local_day + interval '7 hours', due.local_day + interval '8 hours')
