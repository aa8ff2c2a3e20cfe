-- Let journals run again on distribution codes.
-- in     codes, now (naive UTC)
-- out    name of the table and column, id, before, after
-- again  writes the same
UPDATE distribution_codes
   SET stop_ejv = false, updated_on = :now
 WHERE distribution_code_id = ANY (:codes)
RETURNING 'distribution_codes.stop_ejv' AS name, distribution_code_id AS id, 'true' AS before, 'false' AS after
