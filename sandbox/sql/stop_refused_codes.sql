-- Stop the GL of each ministry account whose journal was refused.
-- in     demo_invoices
-- out    one row per GL
-- again  the same flag
UPDATE distribution_codes AS code
   SET stop_ejv = TRUE
 WHERE code.account_id IN (SELECT account_id FROM demo_invoices WHERE outcome = 'REJECTED')
