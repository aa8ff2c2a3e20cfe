-- Find what the BT line of the staged batch refuses.
-- in     nothing
-- out    line, refusal (code and message); no row where it accepts or has no code
-- again  reads only
SELECT line, rtrim(code || ' ' || message) AS refusal
  FROM feedback_staged
 WHERE record = 'BT'
   AND fault = ''
   AND btrim(code) NOT IN ('', '0000')
