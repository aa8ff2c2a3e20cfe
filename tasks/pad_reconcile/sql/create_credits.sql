-- Create a credit for each on-account receipt.
-- in     now (naive UTC)
-- out    the number of rows
-- again  a receipt that has its credit resolved to already_applied
-- source docs/specs/cas-settlement-csv.md section 7 A
INSERT INTO credits (cfs_identifier, is_credit_memo, amount, remaining_amount, account_id, created_on)
SELECT DISTINCT ON (source_number)
       source_number, false, original_amount, original_amount, payment_account_id, :now
  FROM wave_rows
 WHERE outcome = 'applied'
   AND kind = 'ON_ACCOUNT'
 ORDER BY source_number, line
