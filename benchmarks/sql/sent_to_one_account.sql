-- Move so many sent PAD invoices to account 1, and leave it nothing that was never sent.
UPDATE invoices SET payment_account_id = 1, cfs_account_id = 1
 WHERE id IN (
       SELECT invoice.id
         FROM invoices AS invoice
         JOIN invoice_references AS reference ON reference.invoice_id = invoice.id AND reference.status_code = 'ACTIVE'
        WHERE invoice.invoice_status_code = 'APPROVED' AND invoice.payment_method_code = 'PAD'
        LIMIT {count});
DELETE FROM invoices AS invoice
 WHERE payment_account_id = 1
   AND invoice_status_code = 'APPROVED'
   AND NOT EXISTS (SELECT FROM invoice_references AS sent WHERE sent.invoice_id = invoice.id)
