-- payments.rows, payments.written: what our jobs make payments of, and the payments of it.
INSERT INTO closing_rows
SELECT 'payments.rows', [[paying.at]], paying.method, CAST(NULL AS bigint), paying.pair, paying.origin, paying.amount,
       paying.origin
  FROM closing_paying AS paying
 UNION ALL
SELECT 'payments.written', [[payment.at]], payment.method, NULL, payment.pair,
       'payment ' || CASE WHEN payment.method = 'EFT' THEN payment.pair ELSE CAST(payment.id AS text) END, payment.amount,
       payment.origin
  FROM closing_payments AS payment
