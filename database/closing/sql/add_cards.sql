-- cards.receipts, cards.payments: the receipts of cards beside their payments; cards.covered: what credit memos had paid,
-- which the card's receipt covers again.
-- in     since, until (naive UTC), first, last (days)
-- out    rows of closing_rows
-- source a payment is told on the day of its receipts; one that has none on its own
INSERT INTO closing_rows
WITH of_cards AS MATERIALIZED (
       SELECT receipt.id, receipt.receipt_number, receipt.at, receipt.amount, receipt.origin, receipt.method
         FROM closing_receipts AS receipt
        WHERE receipt.source = 'other'
          AND (receipt.method IN ('CC', 'DIRECT_PAY')
               OR EXISTS (SELECT FROM payments AS payment
                           WHERE payment.receipt_number = receipt.receipt_number
                             AND payment.payment_method_code IN ('CC', 'DIRECT_PAY')))
     ),
     received AS MATERIALIZED (
       SELECT receipt_number, min(at) AS at FROM of_cards GROUP BY receipt_number
     ),
     paid AS (
       SELECT payment.id, payment.payment_method_code AS method, payment.receipt_number, payment.paid_amount, received.at
         FROM received
         JOIN payments AS payment
           ON payment.receipt_number = received.receipt_number
          AND payment.payment_method_code IN ('CC', 'DIRECT_PAY')
          AND payment.payment_status_code IN ('COMPLETED', 'REFUNDED')
        UNION ALL
       SELECT payment.id, payment.payment_method_code, payment.receipt_number, payment.paid_amount, payment.payment_date
         FROM payments AS payment
        WHERE payment.payment_method_code IN ('CC', 'DIRECT_PAY')
          AND payment.payment_status_code IN ('COMPLETED', 'REFUNDED')
          AND payment.payment_date >= :first
          AND payment.payment_date < :until
          AND [[payment.payment_date]] BETWEEN :first AND :last
          AND payment.paid_amount <> 0
          AND NOT EXISTS (SELECT FROM received WHERE received.receipt_number = payment.receipt_number)
          AND NOT EXISTS (SELECT FROM invoice_references AS reference
                            JOIN receipts AS receipt
                              ON receipt.invoice_id = reference.invoice_id
                           WHERE reference.invoice_number = payment.invoice_number
                             AND receipt.receipt_number = payment.receipt_number)
     )
SELECT 'cards.receipts', [[card.at]], card.method, CAST(NULL AS bigint), card.receipt_number, 'receipt ' || card.id,
       card.amount, card.origin
  FROM of_cards AS card
 UNION ALL
SELECT 'cards.payments', [[paid.at]], paid.method, NULL, coalesce(paid.receipt_number, 'payment ' || paid.id),
       'payment ' || paid.id, CAST(paid.paid_amount AS numeric(19,2)), 'payments ' || paid.id
  FROM paid
 UNION ALL
SELECT 'cards.covered', [[covered.at]], covered.method, NULL, covered.receipt_number, covered.key, covered.amount,
       covered.origin
  FROM closing_covered AS covered
  JOIN of_cards AS card
    ON card.id = covered.receipt_id
