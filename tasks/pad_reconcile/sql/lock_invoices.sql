-- Lock the invoices behind the numbers of the rows, before anything of them is judged: they get no reference and no
-- receipt from others meanwhile.
-- out    the number of invoices
SELECT count(*)
  FROM (SELECT id
          FROM invoices
         WHERE id IN (SELECT reference.invoice_id
                        FROM settlement_staged AS staged
                        JOIN invoice_references AS reference
                          ON reference.invoice_number = staged.target_number
                       WHERE staged.kind NOT IN ('SKIP', 'REJECT', 'ON_ACCOUNT'))
         ORDER BY id
           FOR UPDATE) AS locked
