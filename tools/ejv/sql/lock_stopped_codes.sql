-- Lock the distribution codes among some that are stopped.
-- in     codes
-- out    distribution_code_id
-- again  reads only
SELECT distribution_code_id FROM distribution_codes
 WHERE distribution_code_id = ANY (:codes) AND stop_ejv ORDER BY 1 FOR UPDATE
