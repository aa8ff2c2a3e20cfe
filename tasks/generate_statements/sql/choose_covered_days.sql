-- Choose the days of the period that an earlier setting of the same account puts on a statement of its own.
-- in     first, last (the period); days, starts, ends (one element a day: the day and its bounds in naive UTC)
-- out    temporary table covered_days
-- again  reads only
-- source docs/specs/statements.md section 8 (monthly to weekly: the same invoices on two statements), section 11 no. 3
--
-- Where the account switched between EFT and another method in the period, the method decides instead of the day.
CREATE TEMPORARY TABLE covered_days ON COMMIT DROP AS
SELECT chosen.statement_id, day.starts, day.ends
  FROM period_statements AS chosen
  JOIN unnest(CAST(:days AS date[]), CAST(:starts AS timestamp[]), CAST(:ends AS timestamp[])) AS day (on_day, starts, ends)
    ON day.on_day < chosen.settings_from
 WHERE chosen.settings_from > :first
   AND NOT EXISTS (
         SELECT FROM statements AS interim
          WHERE interim.payment_account_id = chosen.payment_account_id
            AND interim.is_interim_statement
            AND interim.to_date BETWEEN :first AND :last)
   AND EXISTS (
         SELECT FROM statement_settings AS earlier
          WHERE earlier.payment_account_id = chosen.payment_account_id
            AND day.on_day BETWEEN earlier.from_date AND earlier.to_date
            AND (earlier.frequency <> 'MONTHLY'
                 OR CAST(date_trunc('month', day.on_day) + interval '1 month - 1 day' AS date) <= earlier.to_date))
