-- invoices.created: what was charged; and what was closed at once because nobody is billed for it.
-- in     since, until (naive UTC)
-- out    rows of closing_rows
INSERT INTO closing_rows
SELECT figure.name, [[invoice.created_on]], invoice.payment_method_code, invoice.id, NULL, 'invoice ' || invoice.id,
       invoice.total, figure.origin
  FROM invoices AS invoice
  LEFT JOIN payment_accounts AS account
    ON account.id = invoice.payment_account_id
 CROSS JOIN LATERAL (VALUES
       ('invoices.created', 'invoices ' || invoice.id),
       ('invoices.not_billed', 'payment_accounts ' || account.id)) AS figure (name, origin)
 WHERE invoice.created_on >= :since
   AND invoice.created_on < :until
   AND (figure.name = 'invoices.created'
        OR NOT account.billable
           AND invoice.payment_method_code = 'EJV'
           AND (invoice.invoice_status_code IN ('PAID', 'GL_UPDATED') OR invoice.invoice_status_code IN (<<final>>)))
