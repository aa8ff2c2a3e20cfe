-- Lock the payments of the numbers of the rows, and those that bear the receipt of an online banking or EFT row, also of one
-- that was applied before.
-- out    the number of payments
SELECT count(*)
  FROM (SELECT id
          FROM payments
         WHERE id IN (SELECT payment.id
                        FROM settlement_staged AS staged
                        JOIN payments AS payment
                          ON payment.invoice_number = staged.target_number
                       WHERE staged.kind IN ('SETTLE_PAD', 'BOUNCE')
                       UNION
                      SELECT payment.id
                        FROM settlement_staged AS staged
                        JOIN payments AS payment
                          ON payment.receipt_number = staged.source_number
                       WHERE staged.kind NOT IN ('SKIP', 'REJECT')
                         AND (staged.record_type IN ('BOLP', 'EFTP')
                              OR staged.source_number IN (SELECT source_number FROM settlement_before
                                                           WHERE record_type = 'BOLP')))
         ORDER BY id
           FOR UPDATE) AS locked
