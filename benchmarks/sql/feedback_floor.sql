-- The floor: the updates and inserts of the same pay rows, by hand.
CREATE TEMPORARY TABLE found ON COMMIT DROP AS
SELECT journal, invoice_id, max(day) AS day, sum(amount) AS amount
  FROM lines
 WHERE side = 'D' AND code = '0000'
 GROUP BY journal, invoice_id;
UPDATE ejv_links AS link SET disbursement_status_code = 'COMPLETED'
  FROM found WHERE link.ejv_header_id = found.journal AND link.link_id = found.invoice_id;
UPDATE invoices AS invoice SET invoice_status_code = 'PAID', payment_date = found.day, paid = invoice.total
  FROM found WHERE invoice.id = found.invoice_id;
UPDATE invoice_references AS reference SET status_code = 'COMPLETED'
  FROM found WHERE reference.invoice_id = found.invoice_id AND reference.status_code = 'ACTIVE';
INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount)
SELECT invoice_id, 'GIJH...FI' || lpad(journal::text, 8, '0') || 'FI000004321', day, amount FROM found;
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, paid_amount, receipt_number)
SELECT 'CGI', 'EJV', 'COMPLETED', sum(amount), 'GIJH...FI' || lpad(journal::text, 8, '0') || 'FI000004321'
  FROM found GROUP BY journal;
UPDATE ejv_headers SET disbursement_status_code = 'COMPLETED';
UPDATE ejv_files SET disbursement_status_code = 'COMPLETED'
