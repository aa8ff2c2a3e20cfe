-- invoices.covered_again: what credit memos had paid of an invoice that a receipt over all of it covers again.
-- After it was given up nothing of an invoice is owed, and nothing is covered again.
INSERT INTO closing_rows
SELECT 'invoices.covered_again', [[covered.at]], covered.method, covered.invoice_id, NULL, covered.key, covered.amount,
       covered.origin
  FROM closing_covered AS covered
  LEFT JOIN closing_given_up AS given_up
    ON given_up.invoice_id = covered.invoice_id
 WHERE given_up.at IS NULL
    OR covered.at <= given_up.at
