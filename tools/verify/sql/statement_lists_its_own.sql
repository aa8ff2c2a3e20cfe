-- An invoice on a statement of another account, another day or another kind of method, or twice on one frequency.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
--        days, starts, ends: every day with statements, and its bounds in naive UTC
-- source docs/specs/statements.md sections 4 and 6; interim statements list all methods (section 7), and the second set of
--        a period that a repeated run of the reference made lists the same (section 3)
SELECT 'invoice ' || invoice.id AS row,
       format('GENERATE_STATEMENTS %s %s', statement.to_date, account.auth_account_id) AS next,
       statement.payment_account_id AS account_id,
       invoice.created_on AS day,
       format('%s invoices of account %s from %s to %s', CASE WHEN statement.payment_methods = 'EFT' THEN 'EFT' ELSE 'other' END,
              statement.payment_account_id, statement.from_date, statement.to_date) AS expected,
       format('%s invoice of account %s made %s, on statement %s', invoice.payment_method_code, invoice.payment_account_id,
              invoice.created_on, statement.id) AS found
  FROM statement_invoices AS listed
  JOIN statements AS statement
    ON statement.id = listed.statement_id
  JOIN payment_accounts AS account
    ON account.id = statement.payment_account_id
  JOIN invoices AS invoice
    ON invoice.id = listed.invoice_id
  JOIN unnest(CAST(:days AS date[]), CAST(:starts AS timestamp[]), CAST(:ends AS timestamp[])) AS first (on_day, starts, ends)
    ON first.on_day = statement.from_date
  JOIN unnest(CAST(:days AS date[]), CAST(:starts AS timestamp[]), CAST(:ends AS timestamp[])) AS last (on_day, starts, ends)
    ON last.on_day = statement.to_date
 WHERE listed.invoice_id >= :first_invoice
   AND invoice.id >= :first_invoice
   AND (invoice.payment_account_id <> statement.payment_account_id
        OR invoice.created_on < first.starts
        OR invoice.created_on >= last.ends
        OR (NOT coalesce(statement.is_interim_statement, false)
            AND (invoice.payment_method_code = 'EFT') <> (coalesce(statement.payment_methods, '') = 'EFT')))
 UNION ALL
SELECT 'invoice ' || invoice.id,
       'explain invoice ' || invoice.id,
       invoice.payment_account_id,
       invoice.created_on,
       format('on one %s statement', lower(twice.frequency)),
       format('on statements %s', twice.ids)
  FROM (SELECT listed.invoice_id, statement.frequency,
               string_agg(CAST(statement.id AS text), ', ' ORDER BY statement.id) AS ids
          FROM statement_invoices AS listed
          JOIN statements AS statement
            ON statement.id = listed.statement_id
           AND NOT coalesce(statement.is_interim_statement, false)
         WHERE listed.invoice_id >= :first_invoice
         GROUP BY listed.invoice_id, statement.frequency
        HAVING count(DISTINCT (statement.from_date, statement.to_date)) > 1
            OR count(DISTINCT listed.id) > count(DISTINCT statement.id)) AS twice
  JOIN invoices AS invoice
    ON invoice.id = twice.invoice_id
