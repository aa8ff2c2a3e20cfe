-- Lock an invoice; nobody can add a receipt or a reference meanwhile.
-- in     id
-- out    its id
-- again  harmless
SELECT id FROM invoices WHERE id = :id FOR UPDATE
