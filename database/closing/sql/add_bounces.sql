-- bounces.receipts, bounces.payments, bounces.kept, bounces.fees: what bounces took back, by receipt and by payment, what
-- a failed payment keeps, and the fees that were charged. A payment over several receipts keeps what the others brought: that
-- did not bounce. What came in by none, as where one bank receipt paid two numbers, or by one that failed before, is told by
-- the rows that brought it, whatever balance the bounce tells; where another service booked them, by the receipts. One of a
-- bounce that another service had noted took no receipt back here. What others that failed before keep less since is no
-- money of the bounce.
-- in     since, until (naive UTC)
-- out    rows of closing_rows
INSERT INTO closing_rows
SELECT 'bounces.receipts', [[gone.at]], invoice.payment_method_code, CAST(NULL AS bigint), gone.pair, 'receipt ' || gone.id,
       gone.amount - gone.covered, gone.origin
  FROM closing_gone AS gone
  JOIN invoices AS invoice
    ON invoice.id = gone.invoice_id
 WHERE gone.pair IS NOT NULL
   AND gone.at >= :since
   AND gone.at < :until
 UNION ALL
SELECT figure.name, [[line.at]], coalesce(was.payment_method_code, 'PAD'), CAST(NULL AS bigint),
       line.file_id || ':' || line.line, 'payment ' || kept.row_id, figure.amount, line.name || ' line ' || line.line
  FROM closing_lines AS line
  JOIN LATERAL (
         SELECT payment.row_id, payment.was
           FROM pay_jobs.bounce_rows AS payment
          WHERE payment.file_id = line.file_id
            AND payment.line = line.line
            AND payment.pay_table = 'payments'
          ORDER BY payment.was ->> 'payment_status_code' = 'FAILED', payment.row_id
          LIMIT 1
       ) AS kept ON true
 CROSS JOIN LATERAL jsonb_populate_record(CAST(NULL AS payments), kept.was) AS was
 CROSS JOIN LATERAL (
        SELECT CAST(was.paid_amount AS numeric(19,2)) AS paid,
               CASE WHEN lower(line.status) = 'partially paid'
                    THEN greatest(line.original_amount - line.outstanding_amount, 0) END AS kept,
               (SELECT sum(row.amount)
                  FROM closing_booked AS row
                 WHERE row.target_number = line.target_number
                   AND row.source_number = line.source_number
                   AND row.kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'PART_ONE', 'SETTLE_CREDIT')
                   AND <<row.counts>>
                   AND row.at <= line.at) AS brought) AS payment
  LEFT JOIN (SELECT pair, sum(amount - covered) AS amount
               FROM closing_gone
              GROUP BY pair) AS gone
    ON gone.pair = line.file_id || ':' || line.line
 CROSS JOIN LATERAL (VALUES
       ('bounces.payments',
        CASE WHEN kept.was IS NULL THEN coalesce(payment.brought, gone.amount)
             WHEN was.payment_status_code = 'FAILED'
             THEN coalesce(payment.brought, greatest(payment.paid - coalesce(payment.kept, 0), 0))
             WHEN was.receipt_number <> line.source_number AND payment.brought IS NULL THEN gone.amount
             ELSE payment.paid - least(coalesce(payment.kept, 0), greatest(payment.paid - payment.brought, 0)) END),
       ('bounces.kept', payment.kept)) AS figure (name, amount)
 WHERE line.kind = 'BOUNCE'
   AND line.outcome = 'applied'
   AND figure.amount IS NOT NULL
   AND (figure.name = 'bounces.kept'
        OR EXISTS (SELECT FROM pay_jobs.bounce_rows AS other
                    WHERE other.file_id = line.file_id
                      AND other.line = line.line
                      AND other.pay_table <> 'payments'))
 UNION ALL
SELECT 'bounces.fees', [[fee.created_on]], fee.payment_method_code, CAST(NULL AS bigint), CAST(NULL AS text), 'invoice ' || fee.id, fee.total,
       'non_sufficient_funds ' || bounce.id
  FROM non_sufficient_funds AS bounce
  JOIN invoices AS fee
    ON fee.id = bounce.invoice_id
 WHERE fee.created_on >= :since
   AND fee.created_on < :until
