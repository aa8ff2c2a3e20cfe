-- Note since when accounts owe.
-- in     ids (choose_owing.sql), now (naive UTC)
UPDATE payment_accounts
   SET has_nsf_invoices = :now
 WHERE id = ANY (:ids)
