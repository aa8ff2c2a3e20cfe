-- Every payment.
SELECT payment_account_id, payment_method_code, payment_status_code, invoice_number, receipt_number,
       CAST(coalesce(invoice_amount, 0) AS numeric(19,2)), CAST(coalesce(paid_amount, 0) AS numeric(19,2))
  FROM payments
