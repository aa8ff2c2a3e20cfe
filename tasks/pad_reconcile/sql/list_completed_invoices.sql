-- List the online banking invoices that this wave paid.
-- in     -
-- out    invoice_id, filing_id, corp_type_code, payment_account_id
-- again  reads only
-- source docs/specs/cas-settlement-csv.md section 5.4, queue
SELECT invoice.id AS invoice_id, invoice.filing_id, invoice.corp_type_code, invoice.payment_account_id
  FROM settled_invoices AS settled
  JOIN invoices AS invoice
    ON invoice.id = settled.invoice_id
 WHERE settled.is_settled
   AND invoice.payment_method_code = 'ONLINE_BANKING'
   AND invoice.invoice_status_code = 'PAID'
 ORDER BY invoice.id
