-- A paid invoice whose refund is not the sum of its parts, or a part without its request.
-- source docs/specs/invoice-lifecycle.md section 1.2 (partial refunds): one that waits for approval or was declined gave nothing
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       format('refunded %s: its parts', parts.amount) AS expected,
       format('refunded %s', coalesce(invoice.refund, 0)) AS found
  FROM (SELECT part.invoice_id,
               coalesce(sum(part.refund_amount)
                          FILTER (WHERE coalesce(refund.status, '') NOT IN ('PENDING_APPROVAL', 'DECLINED')), 0) AS amount
          FROM refunds_partial AS part
          JOIN refunds AS refund
            ON refund.id = part.refund_id
         WHERE part.invoice_id >= :first_invoice
         GROUP BY part.invoice_id) AS parts
  JOIN invoices AS invoice
    ON invoice.id = parts.invoice_id
 WHERE invoice.invoice_status_code = 'PAID'
   AND coalesce(invoice.refund, 0) <> parts.amount
