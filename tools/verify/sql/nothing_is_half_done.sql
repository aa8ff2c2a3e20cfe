-- Work outside that was begun more than a day ago and is neither finished nor given up.
-- source docs/specs/routing-slips.md section 4, cgi-ejv-files.md section 8, invoice-lifecycle.md section 1.2
SELECT half.row, 'pending' AS next, CAST(NULL AS integer) AS account_id, half.since AS day,
       'finished within a day' AS expected, half.found
  FROM (SELECT 'slip ' || slip AS row, changed_on AT TIME ZONE 'UTC' AS since, format('%s %s', kind, state) AS found
          FROM pay_jobs.slip_operations
         WHERE state IN ('planned', 'running', 'parked')
         UNION ALL
        SELECT subject, changed_on AT TIME ZONE 'UTC', format('%s %s', kind, state)
          FROM pay_jobs.operations
         WHERE state NOT IN ('done', 'dropped')) AS half
 WHERE half.since < CAST(:now AS timestamp) - interval '1 day'
