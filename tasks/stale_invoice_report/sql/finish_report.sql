-- Finish a report with its figures, and forget the invoices of old ones of its scope.
-- in     id, before bigint; keep integer; finished_on; the figures
-- out    how many invoices that were stuck in the report before are no longer, and their amount
-- again  the figures are the same
-- note   OFFSET 0 keeps it a look-up by key: of rows written a moment ago the planner knows nothing, and would compare
--        each with each
  WITH finished AS (
       UPDATE pay_jobs.stale_reports
          SET finished_on = :finished_on,
              stuck = :stuck,
              waiting = :waiting,
              stuck_amount = :stuck_amount,
              by_method = CAST(:by_method AS jsonb),
              by_diagnosis = CAST(:by_diagnosis AS jsonb)
        WHERE id = :id
    RETURNING scope),
       forgotten AS (
       DELETE FROM pay_jobs.stale_invoices AS old
        USING pay_jobs.stale_reports AS report, finished
        WHERE old.report_id = report.id
          AND report.scope = finished.scope
          AND report.id <> :id
          AND report.id NOT IN (SELECT kept.id
                                  FROM pay_jobs.stale_reports AS kept
                                 WHERE kept.scope = finished.scope
                                   AND kept.finished_on IS NOT NULL
                                 ORDER BY kept.id DESC
                                 LIMIT :keep))
SELECT count(*) AS gone, coalesce(sum(earlier.total), 0) AS amount
  FROM pay_jobs.stale_invoices AS earlier
 WHERE earlier.report_id = :before
   AND coalesce(earlier.surely_stuck, earlier.is_stuck)
   AND NOT EXISTS (SELECT FROM pay_jobs.stale_invoices AS now
                    WHERE now.report_id = :id
                      AND now.invoice_id = earlier.invoice_id
                      AND now.surely_stuck
                   OFFSET 0)
