-- Begin a wave: wave_rows shows its rows from now on.
-- in     wave
-- out    temporary view wave_rows
-- again  it is dropped with the table, at the end of the transaction
CREATE OR REPLACE TEMPORARY VIEW wave_rows AS
SELECT *
  FROM settlement_work
 WHERE wave = :wave
