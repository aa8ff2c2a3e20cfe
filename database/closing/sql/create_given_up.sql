-- The invoices that nobody owes any more without having paid them, and when that was asked for, or approved where it needed
-- that: those of these days, and those that money moved in them.
-- in     since, until (naive UTC)
-- out    temporary table closing_given_up
CREATE TEMPORARY TABLE closing_given_up ON COMMIT DROP AS
WITH moved AS (
       SELECT invoice_id FROM refunds WHERE requested_date >= :since AND requested_date < :until
        UNION
       SELECT invoice_id FROM refunds WHERE decision_date >= :since AND decision_date < :until
        UNION
       SELECT id FROM invoices
        WHERE invoice_status_code IN (<<final>>)
          AND coalesce(refund_date, updated_on, created_on) >= :since
          AND coalesce(refund_date, updated_on, created_on) < :until
        UNION
       SELECT invoice_id FROM closing_receipts
        UNION
       SELECT invoice_id FROM closing_gone
        UNION
       SELECT invoice_id FROM closing_applied
        UNION
       SELECT invoice_id FROM closing_partly
     )
SELECT invoice.id AS invoice_id,
       CASE WHEN invoice.invoice_status_code = 'CANCELLED' THEN 'invoices.cancelled'
            WHEN invoice.invoice_status_code = 'CREDITED' THEN 'invoices.credited'
            WHEN invoice.invoice_status_code IN (<<withdrawn>>) THEN 'invoices.removed'
            ELSE 'invoices.refunded' END AS figure,
       coalesce(request.at, invoice.refund_date, invoice.updated_on, invoice.created_on) AS at,
       CASE WHEN request.id IS NOT NULL THEN 'refunds ' || request.id ELSE 'invoices ' || invoice.id END AS origin
  FROM moved
  JOIN invoices AS invoice
    ON invoice.id = moved.invoice_id
  LEFT JOIN (SELECT DISTINCT ON (refund.invoice_id) refund.invoice_id, refund.id,
                    coalesce(refund.decision_date, refund.requested_date) AS at
               FROM refunds AS refund
              WHERE refund.invoice_id IN (SELECT invoice_id FROM moved)
                AND coalesce(refund.status, '') NOT IN ('DECLINED', 'PENDING_APPROVAL')
                AND refund.requested_date IS NOT NULL
              ORDER BY refund.invoice_id, refund.id DESC) AS request
    ON request.invoice_id = invoice.id
 WHERE invoice.invoice_status_code IN (<<final>>)
