-- What a week of the past is made of: the rows of half of the demo's accounts whose invoices are settled; and what
-- partners get for the demo's own week.
CREATE SCHEMA past;
CREATE UNLOGGED TABLE past.settled_invoices AS
SELECT * FROM invoices
 WHERE payment_account_id % 2 = 0
   AND routing_slip IS NULL
   AND invoice_status_code IN ('PAID', 'CANCELLED', 'DELETED');
CREATE UNLOGGED TABLE past.settled_lines AS
SELECT line.* FROM payment_line_items AS line JOIN past.settled_invoices AS invoice ON invoice.id = line.invoice_id;
CREATE UNLOGGED TABLE past.settled_references AS
SELECT reference.* FROM invoice_references AS reference JOIN past.settled_invoices AS invoice ON invoice.id = reference.invoice_id;
CREATE UNLOGGED TABLE past.settled_receipts AS
SELECT receipt.* FROM receipts AS receipt JOIN past.settled_invoices AS invoice ON invoice.id = receipt.invoice_id;
CREATE UNLOGGED TABLE past.settled_refunds AS
SELECT refund.* FROM refunds AS refund JOIN past.settled_invoices AS invoice ON invoice.id = refund.invoice_id;
CREATE UNLOGGED TABLE past.settled_payments AS
SELECT * FROM payments
 WHERE payment_status_code = 'COMPLETED'
   AND invoice_number IN (SELECT invoice_number FROM past.settled_references WHERE status_code = 'COMPLETED');
CREATE UNLOGGED TABLE past.bank_payments AS
SELECT row_number() OVER (ORDER BY id) - 1 AS nth, *
  FROM past.settled_payments WHERE payment_method_code = 'PAD';
CREATE UNLOGGED TABLE past.batches AS SELECT * FROM ejv_files;
CREATE UNLOGGED TABLE past.journals AS SELECT * FROM ejv_headers;
CREATE UNLOGGED TABLE past.settled_links AS
SELECT row_number() OVER (ORDER BY link.id) - 1 AS nth, header.ejv_file_id AS batch, link.*
  FROM ejv_links AS link
  JOIN ejv_headers AS header ON header.id = link.ejv_header_id
  JOIN past.settled_invoices AS invoice ON invoice.id = link.link_id
 WHERE link.link_type = 'invoice' AND link.disbursement_status_code = 'COMPLETED';
CREATE UNLOGGED TABLE past.slips AS SELECT * FROM routing_slips;
CREATE UNLOGGED TABLE past.weekly_settings AS
SELECT row_number() OVER (ORDER BY payment_account_id) AS nth, id, payment_account_id
  FROM (SELECT DISTINCT ON (payment_account_id) id, payment_account_id FROM statement_settings
         WHERE frequency = 'WEEKLY' AND to_date IS NULL ORDER BY payment_account_id, id) AS newest;
CREATE UNLOGGED TABLE past.disbursements AS
SELECT invoice.id AS invoice_id, invoice.corp_type_code, invoice.created_on, invoice.invoice_status_code,
       invoice.total - coalesce(invoice.service_fees, 0) - coalesce(sum(line.service_fees_gst), 0) AS amount
  FROM invoices AS invoice
  JOIN corp_types AS partner ON partner.code = invoice.corp_type_code AND partner.has_partner_disbursements
  JOIN payment_line_items AS line ON line.invoice_id = invoice.id
 WHERE invoice.payment_method_code = 'EFT'
   AND invoice.total > coalesce(invoice.service_fees, 0)
 GROUP BY invoice.id;
ANALYZE past.settled_invoices; ANALYZE past.settled_lines; ANALYZE past.settled_references; ANALYZE past.settled_receipts;
ANALYZE past.settled_refunds; ANALYZE past.settled_payments; ANALYZE past.bank_payments; ANALYZE past.settled_links;
ANALYZE past.weekly_settings; ANALYZE past.disbursements;
INSERT INTO partner_disbursements (amount, created_on, partner_code, is_reversal, status_code, target_id, target_type)
SELECT amount, created_on, corp_type_code, false, 'WAITING_FOR_JOB', invoice_id, 'invoice'
  FROM past.disbursements
 WHERE invoice_status_code NOT IN ('CANCELLED', 'DELETED')
