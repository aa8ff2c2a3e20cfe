-- An invoice whose refund nobody asked for, or of which more is refunded than it cost.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/invoice-lifecycle.md section 1.2: the API makes one row of refunds for each request
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       format('a request in refunds, and at most %s refunded', invoice.total) AS expected,
       format('%s, refunded %s%s', invoice.invoice_status_code, coalesce(invoice.refund, 0),
              CASE WHEN asked.invoice_id IS NULL THEN ', no request' END) AS found
  FROM invoices AS invoice
  LEFT JOIN (SELECT DISTINCT invoice_id FROM refunds
              WHERE invoice_id IS NOT NULL
                AND invoice_id >= :first_invoice) AS asked
    ON asked.invoice_id = invoice.id
 WHERE invoice.id >= :first_invoice
   AND (coalesce(invoice.refund, 0) NOT BETWEEN 0 AND coalesce(invoice.total, 0)
     OR (invoice.invoice_status_code IN ('REFUND_REQUESTED', 'REFUNDED', 'CREDITED', 'GL_UPDATED_REFUND') AND asked.invoice_id IS NULL)
     OR (invoice.invoice_status_code IN (<<unfinished>>) AND coalesce(invoice.refund, 0) <> 0 AND asked.invoice_id IS NULL))
