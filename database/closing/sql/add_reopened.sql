-- invoices.reopened, invoices.bounce_undone: what was paid and is owed again because money came back; and what of it was
-- given back since.
-- in     since, until (naive UTC)
-- out    rows of closing_rows
INSERT INTO closing_rows
SELECT moved.figure, [[moved.at]], invoice.payment_method_code, invoice.id, gone.pair, gone.key, gone.amount - gone.covered,
       gone.origin
  FROM closing_gone AS gone
 CROSS JOIN LATERAL (VALUES ('invoices.reopened', gone.at), ('invoices.bounce_undone', gone.back)) AS moved (figure, at)
  JOIN invoices AS invoice
    ON invoice.id = gone.invoice_id
  LEFT JOIN closing_given_up AS given_up
    ON given_up.invoice_id = invoice.id
 WHERE moved.at >= :since
   AND moved.at < :until
   AND (given_up.at IS NULL OR moved.at <= given_up.at)
