-- Create the table that the rows of one file are read into, before anything of them is decided.
-- in     -
-- out    temporary table settlement_staged: the columns that are recorded, and the wave; an amount that was blank is 0
-- again  it is dropped at the end of the transaction
CREATE TEMPORARY TABLE settlement_staged ON COMMIT DROP AS
SELECT *, CAST(0 AS integer) AS wave
  FROM pay_jobs.settlement_rows
  WITH NO DATA
