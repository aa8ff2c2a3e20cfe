-- Make the links of reused statements right, and refresh those statements that were not.
-- in     today (the local day)
-- out    one row: links removed, links added, statements corrected
-- again  a statement that is right is not written at all; its notification status is always kept
-- source docs/specs/statements.md sections 5 and 6
WITH linked AS MATERIALIZED (
       SELECT link.id, link.statement_id, link.invoice_id
         FROM period_statements AS chosen
         JOIN statement_invoices AS link
           ON link.statement_id = chosen.statement_id
        WHERE chosen.is_reused
     ),
     removed AS (
       DELETE FROM statement_invoices
        WHERE id = ANY (ARRAY(
                SELECT linked.id
                  FROM linked
                 WHERE NOT EXISTS (
                         SELECT FROM period_invoices AS wanted
                          WHERE wanted.statement_id = linked.statement_id
                            AND wanted.invoice_id = linked.invoice_id)))
    RETURNING statement_id
     ),
     added AS (
       INSERT INTO statement_invoices (statement_id, invoice_id)
       SELECT wanted.statement_id, wanted.invoice_id
         FROM period_invoices AS wanted
         JOIN period_statements AS chosen
           ON chosen.statement_id = wanted.statement_id
        WHERE chosen.is_reused
          AND NOT EXISTS (
                SELECT FROM linked
                 WHERE linked.statement_id = wanted.statement_id
                   AND linked.invoice_id = wanted.invoice_id)
        ORDER BY wanted.statement_id, wanted.invoice_id
    RETURNING statement_id
     ),
     touched AS (
       SELECT statement_id FROM removed UNION SELECT statement_id FROM added
     ),
     listed AS (
       SELECT statement_id,
              string_agg(DISTINCT code, ',' ORDER BY code) AS methods
         FROM (SELECT statement_id, CAST(payment_method_code AS text) COLLATE "C" AS code FROM period_invoices) AS coded
        GROUP BY statement_id
     ),
     corrected AS (
       UPDATE statements AS statement
          SET payment_methods = coalesce(listed.methods, statement.payment_methods),
              is_empty = listed.methods IS NULL,
              created_on = :today
         FROM period_statements AS chosen
         LEFT JOIN listed ON listed.statement_id = chosen.statement_id
         LEFT JOIN touched ON touched.statement_id = chosen.statement_id
        WHERE chosen.is_reused
          AND statement.id = chosen.statement_id
          AND (touched.statement_id IS NOT NULL
               OR statement.is_empty <> (listed.methods IS NULL)
               OR statement.payment_methods IS DISTINCT FROM coalesce(listed.methods, statement.payment_methods))
    RETURNING statement.id
     )
SELECT (SELECT count(*) FROM removed) AS removed,
       (SELECT count(*) FROM added) AS added,
       (SELECT count(*) FROM corrected) AS corrected
