-- invoices.cancelled, .credited, .refunded, .removed: what was still owed of an invoice when it was given up.
-- in     since, until (naive UTC)
-- out    rows of closing_rows
-- A receipt counts as paid before if it was booked before, and was not taken back before.
INSERT INTO closing_rows
SELECT given_up.figure, [[given_up.at]], invoice.payment_method_code, invoice.id, NULL, 'invoice ' || invoice.id,
       invoice.total - paid.amount - credited.amount, given_up.origin
  FROM closing_given_up AS given_up
  JOIN invoices AS invoice
    ON invoice.id = given_up.invoice_id
  LEFT JOIN payment_accounts AS account
    ON account.id = invoice.payment_account_id
 CROSS JOIN LATERAL (
        SELECT coalesce(sum(known.amount), 0) AS amount
          FROM (SELECT receipt.id, receipt.receipt_number, receipt.receipt_date,
                       CAST(receipt.receipt_amount AS numeric(19,2)) AS amount, CAST(NULL AS timestamp) AS gone
                  FROM receipts AS receipt
                 WHERE receipt.invoice_id = invoice.id
                 UNION ALL
                SELECT gone.id, gone.receipt_number, gone.receipt_date, gone.amount, gone.at
                  FROM closing_gone AS gone
                 WHERE gone.invoice_id = invoice.id
                   AND gone.back IS NULL) AS known
         WHERE (known.gone IS NULL OR known.gone > given_up.at)
           AND NOT EXISTS (SELECT FROM applied_credits AS applied
                            WHERE applied.invoice_id = invoice.id
                              AND applied.cfs_identifier = known.receipt_number)
           AND coalesce(
                 (SELECT min(line.at)
                    FROM invoice_references AS reference
                    JOIN closing_booked AS line
                      ON line.target_number = reference.invoice_number
                     AND line.outcome = 'applied'
                     AND line.application_date = known.receipt_date
                     AND known.receipt_number IN (line.source_number, CAST(line.application_id AS text))
                   WHERE reference.invoice_id = invoice.id),
                 (SELECT min(answered.at) FROM closing_answered AS answered
                   WHERE answered.invoice_id = invoice.id
                     AND known.receipt_number ~ (lpad(CAST(answered.journal AS text), 8, '0') || '[^0-9]{2}'
                                                 || lpad(CAST(answered.batch_number AS text), 9, '0') || '$')),
                 known.receipt_date) <= given_up.at
      ) AS paid
 CROSS JOIN LATERAL (
        SELECT coalesce(sum(CAST(applied.amount_applied AS numeric(19,2))), 0) AS amount
          FROM applied_credits AS applied
         WHERE applied.invoice_id = invoice.id
           AND coalesce((SELECT min(line.at)
                           FROM closing_booked AS line
                          WHERE line.target_number = applied.invoice_number
                            AND line.application_id = applied.application_id
                            AND line.outcome = 'applied'), applied.created_on) <= given_up.at
      ) AS by_memos
 CROSS JOIN LATERAL (
        SELECT by_memos.amount + coalesce(sum(part.amount), 0) AS amount
          FROM closing_partly AS part
         WHERE part.invoice_id = invoice.id
           AND part.at <= given_up.at
      ) AS credited
 WHERE given_up.at >= :since
   AND given_up.at < :until
   AND (coalesce(account.billable, true) OR invoice.payment_method_code <> 'EJV')
   AND paid.amount <> invoice.total
   AND paid.amount + credited.amount <> invoice.total
