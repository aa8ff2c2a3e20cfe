-- Return what breaks an invariant and was not taken as known, the newest first.
-- in     the statement of one invariant, and what it takes; code; account_id (null: all), since (naive UTC,
--        null: ever)
-- out    row, next, expected, found. Each statement reads the rows of its days alone; by the sum PostgreSQL does not take
--        this condition for another that leaves as few of them
-- again  reads only
SELECT finding.row, finding.next, finding.expected, finding.found
  FROM ({invariant}) AS finding
 WHERE (CAST(:account_id AS integer) IS NULL OR finding.account_id = :account_id)
   AND (CAST(:since AS timestamp) IS NULL OR finding.day + interval '0' >= :since)
   AND NOT EXISTS (SELECT FROM pay_jobs.known_findings AS known
                    WHERE known.code = :code
                      AND known.row = finding.row
                      AND known.expected = finding.expected
                      AND known.found = finding.found)
 ORDER BY finding.day DESC NULLS LAST, finding.row
