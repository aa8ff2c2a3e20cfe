-- List the invoices of what was voided whose active reference was left (release_references.sql).
-- in     file_type
-- out    invoice ids
-- again  reads only
SELECT DISTINCT voided.invoice_id
  FROM voided
  JOIN invoice_references AS reference
    ON reference.invoice_id = voided.invoice_id
   AND reference.status_code = 'ACTIVE'
 WHERE :file_type = 'PAYMENT'
 ORDER BY voided.invoice_id
