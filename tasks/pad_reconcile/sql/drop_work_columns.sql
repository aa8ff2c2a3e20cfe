-- Take the columns of the work itself off the table, so that what is left is recorded; wave_rows goes with them.
-- in     -
-- out    settlement_work in the columns of pay_jobs.settlement_rows
ALTER TABLE settlement_work
 DROP COLUMN wave CASCADE,
 DROP COLUMN payment_account_id,
 DROP COLUMN room
