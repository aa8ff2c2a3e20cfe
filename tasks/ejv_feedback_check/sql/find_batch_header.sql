-- Find the BH line of the staged batch; one that refuses comes before one that accepts.
-- in     nothing
-- out    code, message; no row where no BH line can be read
-- again  reads only
SELECT code, message FROM feedback_staged WHERE record = 'BH' AND fault = '' ORDER BY code = '0000', line LIMIT 1
