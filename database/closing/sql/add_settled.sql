-- invoices.settled, invoices.settled_by_credit, invoices.paid_late: what was paid of invoices, by money, by credits, and
-- after they were given up.
-- in     since, until (naive UTC), first, last (days)
-- out    rows of closing_rows
INSERT INTO closing_rows
SELECT CASE WHEN paid.at > given_up.at THEN 'invoices.paid_late' ELSE paid.figure END,
       [[paid.at]], paid.method, paid.invoice_id, paid.pair, paid.key, paid.amount, paid.origin
  FROM (SELECT CASE WHEN receipt.is_credit THEN 'invoices.settled_by_credit' ELSE 'invoices.settled' END AS figure,
               receipt.invoice_id, receipt.method, receipt.at, receipt.pair, receipt.key, receipt.amount, receipt.origin
          FROM closing_receipts AS receipt
         UNION ALL
        SELECT 'invoices.settled_by_credit', credit.invoice_id, invoice.payment_method_code, credit.at, NULL, credit.key, credit.amount, credit.origin
          FROM closing_applied AS credit
          JOIN invoices AS invoice
            ON invoice.id = credit.invoice_id
         UNION ALL
        SELECT 'invoices.settled_by_credit', part.invoice_id, part.method, part.at, NULL, part.key, part.amount, part.origin
          FROM closing_partly AS part
         WHERE part.at >= :first
           AND part.at < :until
           AND [[part.at]] BETWEEN :first AND :last) AS paid
  LEFT JOIN closing_given_up AS given_up
    ON given_up.invoice_id = paid.invoice_id
