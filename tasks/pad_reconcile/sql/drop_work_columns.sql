-- Take the columns of the work itself off the table, so that what is left is recorded; wave_rows goes with them.
-- in     -
ALTER TABLE settlement_work
 DROP COLUMN wave CASCADE,
 DROP COLUMN payment_account_id,
 DROP COLUMN room
