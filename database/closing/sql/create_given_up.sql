-- The invoices that nobody owes any more without having paid them, and when that was asked for.
-- out    temporary table closing_given_up
CREATE TEMPORARY TABLE closing_given_up ON COMMIT DROP AS
SELECT invoice.id AS invoice_id,
       CASE WHEN invoice.invoice_status_code = 'CANCELLED' THEN 'invoices.cancelled'
            WHEN invoice.invoice_status_code = 'CREDITED' THEN 'invoices.credited'
            WHEN invoice.invoice_status_code IN (<<withdrawn>>) THEN 'invoices.removed'
            ELSE 'invoices.refunded' END AS figure,
       coalesce(request.at, invoice.refund_date, invoice.updated_on, invoice.created_on) AS at,
       CASE WHEN request.id IS NOT NULL THEN 'refunds ' || request.id ELSE 'invoices ' || invoice.id END AS origin
  FROM invoices AS invoice
  LEFT JOIN (SELECT DISTINCT ON (refund.invoice_id) refund.invoice_id, refund.id, refund.requested_date AS at
               FROM refunds AS refund
              WHERE refund.status IS DISTINCT FROM 'DECLINED'
                AND refund.requested_date IS NOT NULL
              ORDER BY refund.invoice_id, refund.id DESC) AS request
    ON request.invoice_id = invoice.id
 WHERE invoice.invoice_status_code IN (<<final>>)
