-- A completed PAD payment over another amount than the receipts of its number, or an EFT payment than its invoice.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
-- source docs/specs/cas-settlement-csv.md sections 5.4 and 6: a credit memo's receipt is not the payment's. The reference
--        writes receipts over the invoices' totals (weakness 9), and payments without receipts (weakness 6): a payment
--        that is short of its receipts by what credits paid is as it wrote it, and one of a number that was paid by card
SELECT 'payment ' || payment.id AS row,
       'explain invoice ' || received.invoice_id AS next,
       payment.payment_account_id AS account_id,
       payment.payment_date AS day,
       format('paid %s: the receipts of %s', received.amount, payment.invoice_number) AS expected,
       format('paid %s', CAST(payment.paid_amount AS numeric(19,2))) AS found
  FROM (SELECT payment.id
          FROM payments AS payment
          LEFT JOIN (invoice_references AS reference
                     JOIN receipts AS receipt
                       ON receipt.invoice_id = reference.invoice_id
                      AND reference.status_code <> 'CANCELLED')
            ON reference.invoice_number = payment.invoice_number
         WHERE payment.payment_status_code = 'COMPLETED'
           AND payment.payment_method_code = 'PAD'
           AND (CAST(:since AS timestamp) IS NULL OR payment.payment_date >= :since)
         GROUP BY payment.id
        HAVING coalesce(CAST(sum(receipt.receipt_amount) AS numeric(19,2)), 0) <> payment.paid_amount) AS odd
  JOIN payments AS payment
    ON payment.id = odd.id
  JOIN LATERAL (
         SELECT min(invoice.id) AS invoice_id,
                coalesce(sum(CAST(receipt.receipt_amount AS numeric(19,2)))
                           FILTER (WHERE NOT EXISTS (SELECT FROM applied_credits AS applied
                                                      WHERE applied.invoice_id = receipt.invoice_id
                                                        AND applied.cfs_identifier = receipt.receipt_number)), 0) AS amount
           FROM invoices AS invoice
           LEFT JOIN receipts AS receipt
             ON receipt.invoice_id = invoice.id
          WHERE invoice.id IN (SELECT reference.invoice_id FROM invoice_references AS reference
                                WHERE reference.invoice_number = payment.invoice_number
                                  AND reference.status_code <> 'CANCELLED')
       ) AS received ON received.invoice_id IS NOT NULL
 WHERE CAST(payment.paid_amount AS numeric(19,2)) <> received.amount
   AND NOT EXISTS (SELECT FROM applied_credits AS applied
                     JOIN invoice_references AS reference
                       ON reference.invoice_id = applied.invoice_id
                    WHERE reference.invoice_number = payment.invoice_number
                    GROUP BY reference.invoice_number
                   HAVING sum(applied.amount_applied) = received.amount - CAST(payment.paid_amount AS numeric(19,2))
                      AND NOT EXISTS (SELECT FROM receipts AS memo
                                       WHERE memo.invoice_id = ANY (array_agg(applied.invoice_id))
                                         AND memo.receipt_number = ANY (array_agg(applied.cfs_identifier))))
 UNION ALL
SELECT 'payment ' || payment.id,
       'explain invoice ' || payment.invoice_number,
       payment.payment_account_id,
       payment.payment_date,
       format('paid %s, or the receipts %s', CAST(payment.invoice_amount AS numeric(19,2)), payment.receipt_number),
       format('paid %s, receipts %s', CAST(payment.paid_amount AS numeric(19,2)), received.amount)
  FROM payments AS payment
 CROSS JOIN LATERAL (
        SELECT coalesce(sum(CAST(receipt.receipt_amount AS numeric(19,2))), 0) AS amount
          FROM invoice_references AS reference
          JOIN receipts AS receipt
            ON receipt.invoice_id = reference.invoice_id
           AND receipt.receipt_number = payment.receipt_number
         WHERE reference.invoice_number = payment.invoice_number
      ) AS received
 WHERE (CAST(:since AS timestamp) IS NULL OR payment.payment_date >= :since)
   AND payment.payment_status_code = 'COMPLETED'
   AND payment.payment_method_code = 'EFT'
   AND payment.invoice_number IS NOT NULL
   AND CAST(payment.paid_amount AS numeric(19,2)) NOT IN (CAST(payment.invoice_amount AS numeric(19,2)), received.amount)
