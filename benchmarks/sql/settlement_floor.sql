-- The floor: the updates and inserts of the same pay rows, by hand.
CREATE TEMPORARY TABLE found ON COMMIT DROP AS
SELECT file_rows.*, reference.id AS reference_id, invoice.id AS invoice_id, invoice.total, invoice.payment_account_id
  FROM file_rows
  JOIN invoice_references AS reference ON reference.invoice_number = file_rows.target_number
   AND reference.status_code = 'ACTIVE'
  JOIN invoices AS invoice ON invoice.id = reference.invoice_id;
INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
SELECT invoice_id, source_number, application_date, amount FROM found;
UPDATE invoice_references AS reference SET status_code = 'COMPLETED'
  FROM found WHERE reference.id = found.reference_id;
UPDATE invoices AS invoice
   SET invoice_status_code = 'PAID', payment_date = found.application_date, paid = found.total
  FROM found WHERE invoice.id = found.invoice_id;
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, paid_amount, payment_date,
                      invoice_number, payment_account_id, invoice_amount, receipt_number)
SELECT 'PAYBC', 'PAD', 'COMPLETED', amount, application_date, target_number, payment_account_id, original_amount,
       source_number
  FROM found
