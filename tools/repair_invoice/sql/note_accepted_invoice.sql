-- Note what CGI accepted of an invoice, as apply_batch.py notes it.
-- in     invoice, effect ('paid' or 'refunded'), effective, receipt, amount
-- out    temporary table feedback_items
CREATE TEMPORARY TABLE feedback_items ON COMMIT DROP AS
SELECT invoice.id AS invoice_id,
       invoice.invoice_status_code AS invoice_status,
       invoice.payment_account_id,
       'invoice' AS link_type,
       'applied' AS outcome,
       '' AS rule,
       1 AS line,
       true AS is_accepted,
       false AS is_header_refused,
       false AS was_never_charged,
       CAST(:effect AS text) AS effect,
       CAST(:effective AS date) AS effective_date,
       CAST(:receipt AS text) AS receipt,
       CAST(:amount AS numeric(19,2)) AS amount,
       EXISTS (SELECT FROM receipts WHERE invoice_id = invoice.id AND receipt_number = :receipt) AS is_booked
  FROM invoices AS invoice
 WHERE invoice.id = :invoice
