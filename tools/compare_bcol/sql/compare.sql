-- Compare the staged billing records with our DRAWDOWN invoices, in both directions.
-- in     first, after: the half-open bounds of the days the export covers, naive UTC
-- out    key, line, theirs, ours, verdict: one row a difference
-- again  reads only
-- source docs/specs/invoice-lifecycle.md section 2 (DRAWDOWN); service fees are BC Online's own and left out
WITH theirs AS (
       SELECT key, min(line) AS line, sum(amount) AS amount FROM bcol_records GROUP BY key
     ),
     ours AS (
       SELECT reference.invoice_number AS key,
              sum(invoice.total - coalesce(invoice.service_fees, 0)) AS amount,
              bool_or(invoice.created_on >= :first AND invoice.created_on < :after) AS is_in_window,
              bool_and(invoice.invoice_status_code IN (<<unbilled>>)) AS is_unbilled
         FROM invoices AS invoice
         JOIN invoice_references AS reference
           ON reference.invoice_id = invoice.id
          AND reference.status_code <> 'CANCELLED'
        WHERE invoice.payment_method_code = 'DRAWDOWN'
          AND (invoice.created_on >= :first AND invoice.created_on < :after
               OR reference.invoice_number IN (SELECT key FROM theirs))
        GROUP BY reference.invoice_number
     )
SELECT coalesce(theirs.key, ours.key) AS key,
       theirs.line,
       theirs.amount AS theirs,
       ours.amount AS ours,
       CASE WHEN ours.key IS NULL THEN 'billed by BC Online, no invoice of ours'
            WHEN theirs.key IS NULL THEN 'our invoice, not billed by BC Online'
            ELSE 'amounts differ' END AS verdict
  FROM theirs
  FULL JOIN ours
    ON ours.key = theirs.key
 WHERE ours.key IS NULL
    OR (theirs.key IS NULL AND ours.is_in_window AND NOT ours.is_unbilled)
    OR theirs.amount <> ours.amount
 ORDER BY verdict, key
