-- What a week of the past is made of: the rows of half of the demo's accounts whose invoices are settled.
CREATE TEMPORARY TABLE settled_invoices AS
SELECT * FROM invoices
 WHERE payment_account_id % 2 = 0
   AND routing_slip IS NULL
   AND invoice_status_code IN ('PAID', 'CANCELLED', 'DELETED');
CREATE TEMPORARY TABLE settled_lines AS
SELECT line.* FROM payment_line_items AS line JOIN settled_invoices AS invoice ON invoice.id = line.invoice_id;
CREATE TEMPORARY TABLE settled_references AS
SELECT reference.* FROM invoice_references AS reference JOIN settled_invoices AS invoice ON invoice.id = reference.invoice_id;
CREATE TEMPORARY TABLE settled_receipts AS
SELECT receipt.* FROM receipts AS receipt JOIN settled_invoices AS invoice ON invoice.id = receipt.invoice_id;
CREATE TEMPORARY TABLE settled_payments AS
SELECT * FROM payments
 WHERE payment_status_code = 'COMPLETED'
   AND invoice_number IN (SELECT invoice_number FROM settled_references WHERE status_code = 'COMPLETED');
CREATE TEMPORARY TABLE bank_payments AS
SELECT row_number() OVER (ORDER BY id) - 1 AS nth, *
  FROM settled_payments WHERE payment_method_code = 'PAD';
CREATE TEMPORARY TABLE settled_links AS
SELECT row_number() OVER (ORDER BY link.id) - 1 AS nth, header.ejv_file_id AS batch, link.*
  FROM ejv_links AS link
  JOIN ejv_headers AS header ON header.id = link.ejv_header_id
  JOIN settled_invoices AS invoice ON invoice.id = link.link_id
 WHERE link.link_type = 'invoice' AND link.disbursement_status_code = 'COMPLETED';
CREATE TEMPORARY TABLE weekly_settings AS
SELECT row_number() OVER (ORDER BY payment_account_id) AS nth, id, payment_account_id
  FROM (SELECT DISTINCT ON (payment_account_id) id, payment_account_id FROM statement_settings
         WHERE frequency = 'WEEKLY' AND to_date IS NULL ORDER BY payment_account_id, id) AS newest;
ANALYZE settled_invoices; ANALYZE settled_lines; ANALYZE settled_references; ANALYZE settled_receipts;
ANALYZE settled_payments; ANALYZE bank_payments; ANALYZE settled_links; ANALYZE weekly_settings
