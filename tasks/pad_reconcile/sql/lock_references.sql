-- Lock the references of the numbers of the rows.
-- out    the number of references
SELECT count(*)
  FROM (SELECT id
          FROM invoice_references
         WHERE invoice_number IN (SELECT target_number
                                    FROM settlement_staged
                                   WHERE kind NOT IN ('SKIP', 'REJECT', 'ON_ACCOUNT'))
         ORDER BY id
           FOR UPDATE) AS locked
