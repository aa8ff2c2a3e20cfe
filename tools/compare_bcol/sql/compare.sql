-- Compare the staged billing records with our DRAWDOWN invoices, in both directions.
-- in     first, after: the half-open bounds of the days the export covers, naive UTC
-- out    key, line, theirs, ours, verdict: one row a difference
-- again  reads only
-- source docs/specs/invoice-lifecycle.md section 2 (DRAWDOWN); service fees are BC Online's own and left out.
--        A refund is a second record of the key, with a negative amount: what was withdrawn or refunded comes to 0 there.
--        A refund that was asked for may be there already; one that was confirmed after these days need not be; and of
--        what was charged before these days there may be the refund alone
WITH theirs AS (
       SELECT key, min(line) AS line, sum(amount) AS amount, bool_or(amount > 0) AS is_charged FROM bcol_records GROUP BY key
     ),
     ours AS (
       SELECT reference.invoice_number AS key,
              sum(CASE WHEN invoice.invoice_status_code IN (<<withdrawn>>)
                         OR invoice.invoice_status_code = 'REFUNDED' AND invoice.refund_date < :after THEN 0
                       ELSE billed.amount END) AS amount,
              sum(CASE WHEN invoice.invoice_status_code IN (<<withdrawn>>, 'REFUNDED', 'REFUND_REQUESTED') THEN 0
                       ELSE billed.amount END) AS after_refunds,
              -sum(billed.amount) FILTER (WHERE invoice.invoice_status_code IN ('REFUNDED', 'REFUND_REQUESTED')
                                            AND invoice.created_on < :first) AS refund_alone,
              bool_or(invoice.created_on >= :first AND invoice.created_on < :after) AS is_in_window,
              bool_and(invoice.invoice_status_code IN (<<unbilled>>)) AS is_unbilled
         FROM invoices AS invoice
         JOIN invoice_references AS reference
           ON reference.invoice_id = invoice.id
          AND reference.status_code <> 'CANCELLED'
        CROSS JOIN LATERAL (SELECT invoice.total - coalesce(invoice.service_fees, 0) AS amount) AS billed
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
    OR (theirs.amount NOT IN (ours.amount, ours.after_refunds)
        AND (theirs.is_charged OR theirs.amount IS DISTINCT FROM ours.refund_alone))
 ORDER BY verdict, key
