-- Note that an account owes nothing any more.
-- in     id
-- out    nothing
-- again  writes the same
UPDATE payment_accounts
   SET has_nsf_invoices = NULL
 WHERE id = :id
