-- An invoice of which more was paid out to partners than was collected less service fees.
-- source docs/specs/cgi-ejv-files.md section 5: fee and statutory GST go to the partner, service fees never; what was taken
--        back counts against it
SELECT 'invoice ' || invoice.id AS row,
       'explain invoice ' || invoice.id AS next,
       invoice.payment_account_id AS account_id,
       invoice.created_on AS day,
       format('at most %s: paid %s less service fees %s', coalesce(invoice.paid, 0) - coalesce(invoice.service_fees, 0),
              coalesce(invoice.paid, 0), coalesce(invoice.service_fees, 0)) AS expected,
       format('%s to %s', sum(CASE WHEN partner.is_reversal THEN -partner.amount ELSE partner.amount END),
              string_agg(DISTINCT partner.partner_code, ', ')) AS found
  FROM partner_disbursements AS partner
  JOIN invoices AS invoice
    ON invoice.id = partner.target_id
 WHERE partner.target_id >= :first_invoice
   AND lower(partner.target_type) = 'invoice'
   AND partner.status_code IN ('UPLOADED', 'COMPLETED', 'REVERSED')
   AND invoice.invoice_status_code IN ('PAID', 'GL_UPDATED')
 GROUP BY invoice.id
HAVING sum(CASE WHEN partner.is_reversal THEN -partner.amount ELSE partner.amount END)
       > coalesce(invoice.paid, 0) - coalesce(invoice.service_fees, 0)
