-- Work outside that was begun more than a day ago and is neither finished nor given up.
-- source docs/specs/routing-slips.md section 4, cgi-ejv-files.md section 8, invoice-lifecycle.md section 1.2
SELECT subject AS row, 'pending' AS next, CAST(NULL AS integer) AS account_id, changed_on AT TIME ZONE 'UTC' AS day,
       'finished within a day' AS expected, format('%s %s', kind, state) AS found
  FROM pay_jobs.operations
 WHERE state NOT IN ('done', 'dropped')
   AND changed_on AT TIME ZONE 'UTC' < CAST(:now AS timestamp) - interval '1 day'
