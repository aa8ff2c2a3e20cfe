-- Write the online banking payment of each receipt, from the rows of it that count.
-- in     now (naive UTC); settlement_before: rows of these receipts that counted of the same file before
-- out    one row a receipt in settlement_receipts, for the mail to the customer
-- again  a receipt that has its payment, which is kept as it was, gets the amount of new rows added, and nothing when
--        there are none
-- source docs/specs/cas-settlement-csv.md section 6, BOLP; one payment a receipt, also for a second part payment
--
-- Number and amount of the one row are the payment's; on account that is the receipt's own number and its amount. What
-- counted of a receipt before is in its payment once a bank row was among it, and comes with the first one else.
--
-- A row that was booked before, while nothing bears the number of its receipt as a payment, is paid with the others, and
-- has payment_written as its rule: a crash of the reference between its passes, or amid the rows, left it so.
WITH missing AS MATERIALIZED (
       SELECT DISTINCT ON (resolved.content_hash) resolved.line
         FROM settlement_work AS resolved
        WHERE resolved.kind IN ('SETTLE_ONE', 'PART_ONE', 'SETTLE_CREDIT')
          AND resolved.outcome = 'already_applied'
          AND resolved.rule IN ('invoice_paid', 'receipt_exists')
          AND NOT EXISTS (SELECT FROM payments AS other
                           WHERE other.receipt_number = resolved.source_number)
        ORDER BY resolved.content_hash, resolved.line
     ),
     applied AS NOT MATERIALIZED (
       SELECT *, true AS is_new
         FROM settlement_work AS done
        WHERE <<done.counts>>
           OR line IN (SELECT line FROM missing)
        UNION ALL
       SELECT *, false FROM settlement_before
     ),
     paid_by_bank AS (
       SELECT source_number, bool_and(is_new) AS is_first
         FROM applied
        WHERE record_type = 'BOLP'
          AND lower(source_type) <> 'bc reg eft wire cheque'
        GROUP BY source_number
     ),
     noted AS (
       UPDATE settlement_work AS noted
          SET rule = 'payment_written'
         FROM missing
        WHERE noted.line = missing.line
          AND noted.source_number IN (SELECT source_number FROM paid_by_bank)
     ),
     receipts_read AS (
       SELECT max(done.file_id) AS file_id,
              done.source_number,
              sum(done.amount) AS amount,
              count(*) AS rows_read,
              min(done.target_number) AS target_number,
              min(done.original_amount) AS original_amount,
              (array_agg(done.application_date ORDER BY done.line) FILTER (WHERE done.application_date IS NOT NULL))[1]
                AS application_date,
              (array_agg(done.payment_account_id ORDER BY done.line DESC)
                FILTER (WHERE done.is_new AND done.payment_account_id IS NOT NULL))[1] AS payment_account_id,
              coalesce(sum(done.amount) FILTER (WHERE done.kind = 'ON_ACCOUNT'), 0.00) AS credit_amount,
              bool_or(done.kind = 'ON_ACCOUNT') AS is_over,
              bool_or(done.kind = 'PART_ONE' AND done.rule <> 'came_late' OR done.rule = 'partial_credit') AS is_under,
              min(done.line) AS line
         FROM applied AS done
         JOIN paid_by_bank
           ON paid_by_bank.source_number = done.source_number
        WHERE done.is_new
           OR paid_by_bank.is_first
        GROUP BY done.source_number
       HAVING bool_or(done.is_new AND done.kind <> 'BOUNCE')
     ),
     known AS (
       SELECT DISTINCT ON (payment.receipt_number) payment.id, to_jsonb(payment) AS was,
              receipts_read.amount, receipts_read.file_id, receipts_read.line
         FROM receipts_read
         JOIN payments AS payment
           ON payment.receipt_number = receipts_read.source_number
          AND payment.payment_method_code = 'ONLINE_BANKING'
          AND payment.payment_status_code = 'COMPLETED'
        ORDER BY payment.receipt_number, payment.id
     ),
     added AS (
       UPDATE payments AS payment
          SET paid_amount = payment.paid_amount + known.amount,
              invoice_number = NULL,
              invoice_amount = 0
         FROM known
        WHERE payment.id = known.id
    RETURNING payment.receipt_number, known.id, known.was, known.amount, known.file_id, known.line
     ),
     kept AS (
       INSERT INTO pay_jobs.kept_rows (pay_table, row_id, was, amount, cause, kept_on)
       SELECT 'payments', added.id, added.was, added.amount, file.name || ' line ' || added.line,
              CAST(:now AS timestamp) AT TIME ZONE 'UTC'
         FROM added
         JOIN pay_jobs.inbound_files AS file
           ON file.id = added.file_id
     ),
     inserted AS (
       INSERT INTO payments (
              payment_system_code, payment_method_code, payment_status_code, paid_amount, payment_date, invoice_number,
              payment_account_id, invoice_amount, receipt_number, created_by, is_routing_slip)
       SELECT 'PAYBC', 'ONLINE_BANKING', 'COMPLETED', amount, application_date,
              CASE WHEN rows_read = 1 THEN target_number END,
              payment_account_id,
              CASE WHEN rows_read = 1 THEN original_amount ELSE 0 END,
              source_number, 'SYSTEM', false
         FROM receipts_read
        WHERE NOT EXISTS (SELECT FROM added WHERE added.receipt_number = receipts_read.source_number)
        ORDER BY line
     )
INSERT INTO settlement_receipts (
       file_id, line, source_number, amount, credit_amount, is_over, is_under, payment_account_id, auth_account_id)
SELECT receipts_read.file_id, receipts_read.line, receipts_read.source_number, receipts_read.amount,
       receipts_read.credit_amount, receipts_read.is_over, receipts_read.is_under, account.id, account.auth_account_id
  FROM receipts_read
  JOIN payment_accounts AS account
    ON account.id = receipts_read.payment_account_id
