-- Create the view of the rows of the wave that is worked (begin_wave.sql).
-- in     -
-- out    temporary view wave_rows
-- again  it is dropped with the table, at the end of the transaction
CREATE TEMPORARY VIEW wave_rows AS
SELECT *
  FROM settlement_work
 WHERE wave = CAST(current_setting('pay_jobs.wave') AS integer)
