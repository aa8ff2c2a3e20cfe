-- Lock the payments of the numbers of the rows, and those that bear the receipt of an online banking or EFT row, also of one
-- that was applied before, or the receipt of an EFT row on account that had no payment yet.
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
                                                           WHERE record_type = 'BOLP'))
                       UNION
                      SELECT late.id
                        FROM pay_jobs.settlement_rows AS line
                        JOIN payments AS late
                          ON late.receipt_number = line.source_number
                         AND coalesce(late.payment_status_code, 'CREATED') = 'CREATED'
                       WHERE line.outcome = 'applied'
                         AND line.rule = 'no_eft_payment')
         ORDER BY id
           FOR UPDATE) AS locked
