-- Write the completed payment of each PAD number that was settled, or add to the one it has.
-- in     now (naive UTC)
-- out    the number of rows written anew
-- again  only rows that were applied add to a payment, and of its own receipt no more than the number's amount
-- source docs/specs/cas-settlement-csv.md section 6; hazard 6 of section 10: the payment follows from the row
--
-- A payment that is added to is kept as it was, with what was added.
--
-- One payment a number, because other services expect at most one that is completed; it bears the first row's receipt
-- and the amounts of all. A row whose invoice was paid before, with this very receipt but without a payment, gets its
-- payment now, and payment_written as its rule: that is what a crash of the reference between its passes left behind.
WITH missing AS MATERIALIZED (
       SELECT DISTINCT ON (resolved.content_hash) resolved.line
         FROM wave_rows AS resolved
        WHERE resolved.kind = 'SETTLE_PAD'
          AND resolved.outcome = 'already_applied'
          AND resolved.rule = 'invoice_paid'
          AND EXISTS (SELECT FROM receipts AS receipt
                        JOIN invoice_references AS reference
                          ON reference.invoice_id = receipt.invoice_id
                       WHERE reference.invoice_number = resolved.target_number
                         AND receipt.receipt_number = resolved.source_number)
          AND NOT EXISTS (SELECT FROM payments AS other
                           WHERE other.invoice_number = resolved.target_number)
        ORDER BY resolved.content_hash, resolved.line
     ),
     noted AS (
       UPDATE wave_rows AS noted
          SET rule = 'payment_written'
         FROM missing
        WHERE noted.line = missing.line
     ),
     settled AS (
       SELECT DISTINCT ON (resolved.target_number) resolved.file_id, resolved.line, resolved.target_number,
              sum(resolved.amount) OVER of_number AS amount,
              resolved.application_date, resolved.original_amount, resolved.source_number,
              resolved.payment_account_id
         FROM wave_rows AS resolved
        WHERE resolved.kind = 'SETTLE_PAD'
          AND (resolved.outcome = 'applied' OR resolved.line IN (SELECT line FROM missing))
       WINDOW of_number AS (PARTITION BY resolved.target_number)
        ORDER BY resolved.target_number, resolved.line
     ),
     known AS (
       SELECT DISTINCT ON (payment.invoice_number) payment.id, payment.invoice_number, payment.receipt_number,
              payment.paid_amount, to_jsonb(payment) AS was
         FROM payments AS payment
        WHERE payment.invoice_number IN (SELECT target_number FROM settled)
          AND payment.payment_status_code = 'COMPLETED'
          AND payment.payment_method_code = 'PAD'
        ORDER BY payment.invoice_number, payment.id
     ),
     shares AS (
       SELECT known.id, known.paid_amount, known.was, settled.original_amount, settled.file_id, settled.line,
              coalesce(sum(resolved.amount) FILTER (WHERE resolved.source_number = known.receipt_number), 0) AS own,
              coalesce(sum(resolved.amount) FILTER (
                         WHERE resolved.source_number IS DISTINCT FROM known.receipt_number), 0) AS other
         FROM known
         JOIN settled
           ON settled.target_number = known.invoice_number
         JOIN wave_rows AS resolved
           ON resolved.target_number = known.invoice_number
          AND resolved.kind = 'SETTLE_PAD'
          AND resolved.outcome = 'applied'
        GROUP BY known.id, known.paid_amount, known.was, settled.original_amount, settled.file_id, settled.line
     ),
     added AS (
       UPDATE payments AS payment
          SET paid_amount = greatest(payment.paid_amount,
                                     least(payment.paid_amount + shares.own, shares.original_amount)) + shares.other
         FROM shares
        WHERE payment.id = shares.id
    RETURNING shares.id, shares.was, shares.file_id, shares.line, payment.paid_amount - shares.paid_amount AS amount
     ),
     kept AS (
       INSERT INTO pay_jobs.kept_rows (pay_table, row_id, was, amount, cause, kept_on)
       SELECT 'payments', added.id, added.was, coalesce(added.amount, 0), file.name || ' line ' || added.line,
              CAST(:now AS timestamp) AT TIME ZONE 'UTC'
         FROM added
         JOIN pay_jobs.inbound_files AS file
           ON file.id = added.file_id
     )
INSERT INTO payments (
       payment_system_code, payment_method_code, payment_status_code, paid_amount, payment_date, invoice_number,
       payment_account_id, invoice_amount, receipt_number, created_by, is_routing_slip)
SELECT 'PAYBC', 'PAD', 'COMPLETED', amount, application_date, target_number,
       payment_account_id, original_amount, source_number, 'SYSTEM', false
  FROM settled
 WHERE NOT EXISTS (SELECT FROM known WHERE known.invoice_number = settled.target_number)
 ORDER BY line
