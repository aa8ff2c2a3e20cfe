-- A payment, a receipt, or the payment date of an invoice, of a day that has not come.
-- in     now: naive UTC; today; since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cas-settlement-csv.md section 1: the Application Date is a day without a time, and PAD_RECONCILE rejects
--        one that has not come; a ministry's effective date may be the next business day. A cheque of a routing slip has the
--        day that staff typed; clocks of pods differ
SELECT 'payment ' || payment.id AS row,
       coalesce('explain invoice ' || payment.invoice_number, 'explain account ' || account.auth_account_id) AS next,
       payment.payment_account_id AS account_id,
       payment.payment_date AS day,
       'a payment date that has come' AS expected,
       CAST(payment.payment_date AS text) AS found
  FROM payments AS payment
  LEFT JOIN payment_accounts AS account
    ON account.id = payment.payment_account_id
 WHERE NOT coalesce(payment.is_routing_slip, false)
   AND payment.payment_date > CAST(:today AS date)
   AND payment.payment_date > CASE WHEN payment.payment_method_code = 'EJV' THEN CAST(:today AS date) + interval '7 days'
                                   WHEN payment.payment_date = date_trunc('day', payment.payment_date) THEN CAST(:today AS date)
                                   ELSE CAST(:now AS timestamp) + interval '1 hour' END
 UNION ALL
SELECT 'invoice ' || invoice.id,
       'explain invoice ' || invoice.id,
       invoice.payment_account_id,
       invoice.created_on,
       format('a %s that has come', dated.what),
       CAST(dated.at AS text)
  FROM (SELECT id AS invoice_id, 'payment date' AS what, payment_date AS at
          FROM invoices
         WHERE id >= :first_invoice
           AND payment_date > CAST(:today AS date)
         UNION ALL
        SELECT invoice_id, 'date of receipt ' || receipt_number, receipt_date
          FROM receipts
         WHERE invoice_id >= :first_invoice
           AND receipt_date > CAST(:today AS date)) AS dated
  JOIN invoices AS invoice
    ON invoice.id = dated.invoice_id
 WHERE dated.at > CASE WHEN invoice.payment_method_code = 'EJV' THEN CAST(:today AS date) + interval '7 days'
                       WHEN dated.at = date_trunc('day', dated.at) THEN CAST(:today AS date)
                       ELSE CAST(:now AS timestamp) + interval '1 hour' END
