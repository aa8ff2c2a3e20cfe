-- Read what staff linked to EFT invoices (evidence E14).
-- in     ids integer[]
-- out    one row an invoice with links
-- again  reads only
SELECT link.invoice_id,
       min(link.created_on) FILTER (WHERE link.status_code = 'PENDING'),
       coalesce(sum(link.amount) FILTER (WHERE link.status_code = 'PENDING'), 0),
       bool_or(link.status_code = 'COMPLETED'),
       max(link.receipt_number)
  FROM eft_credit_invoice_links AS link
 WHERE link.invoice_id = ANY (:ids)
 GROUP BY link.invoice_id
