-- List the online banking invoices that this wave paid.
-- in     -
-- out    what a payment event of connectors/payment_events.py says of an invoice; one without a corp type has no product
--        that could hear of it
-- again  reads only
-- source docs/specs/cas-settlement-csv.md section 5.4, queue
SELECT invoice.id AS invoice_id, invoice.filing_id, invoice.corp_type_code, corp_type.product,
       invoice.payment_account_id, invoice.payment_method_code, invoice.created_on, invoice.payment_date,
       invoice.refund_date
  FROM settled_invoices AS settled
  JOIN invoices AS invoice
    ON invoice.id = settled.invoice_id
  JOIN corp_types AS corp_type
    ON corp_type.code = invoice.corp_type_code
 WHERE settled.is_settled
   AND invoice.payment_method_code = 'ONLINE_BANKING'
   AND invoice.invoice_status_code = 'PAID'
 ORDER BY invoice.id
