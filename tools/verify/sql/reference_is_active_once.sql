-- An invoice with more than one active reference, or with an active one though nothing is open any more.
-- source docs/specs/invoice-lifecycle.md section 1: ACTIVE means sent to the collecting system, outcome open. A credited
--        invoice may keep one until CAS has spoken, a cancelled one had none (section 1.2); a refund of a ministry's has its
--        own
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       CASE WHEN active.count > 1 THEN 'one active reference at most' ELSE 'no active reference' END AS expected,
       format('%s, active: %s', invoice.invoice_status_code, active.numbers) AS found
  FROM (SELECT invoice_id, count(*) AS count, string_agg(invoice_number, ', ' ORDER BY invoice_number) AS numbers
          FROM invoice_references
         WHERE status_code = 'ACTIVE'
           AND invoice_id >= :first_invoice
         GROUP BY invoice_id) AS active
  JOIN invoices AS invoice
    ON invoice.id = active.invoice_id
 WHERE active.count > 1
    OR invoice.invoice_status_code IN ('PAID', 'GL_UPDATED', 'REFUNDED', 'MANUALLY_REFUNDED', 'GL_UPDATED_REFUND',
                                       'CHARGEBACK', <<withdrawn>>)
