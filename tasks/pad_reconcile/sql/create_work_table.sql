-- Create the tables in which the decided rows of one file are worked: the columns that are recorded, and three of the work.
-- in     -
-- out    temporary table settlement_work; settlement_before: what counted of the receipts of the file at earlier tries, or
--        when it was shorter (keep_applied.sql); and settlement_parts: under which numbers receipts stand of a source
--        number (find_parts.sql)
-- again  they are dropped at the end of the transaction
CREATE TEMPORARY TABLE settlement_work ON COMMIT DROP AS
SELECT *, CAST(0 AS integer) AS wave, CAST(NULL AS integer) AS payment_account_id,
       CAST(NULL AS numeric(19,2)) AS room
  FROM pay_jobs.settlement_rows
  WITH NO DATA;
CREATE TEMPORARY TABLE settlement_before (LIKE settlement_work) ON COMMIT DROP;
CREATE TEMPORARY TABLE settlement_parts (
       target_number  text NOT NULL,
       source_number  text NOT NULL,
       receipt_number text NOT NULL
) ON COMMIT DROP
