-- Write a completed payment for each PAD row that was applied, unless the number has one.
-- in     -
-- out    the number of rows
-- again  a completed payment of the same number is left alone
-- source docs/specs/cas-settlement-csv.md section 6; hazard 6 of section 10: the payment follows from the row
--
-- A row whose invoice was paid before, with this very receipt but without a payment, gets its payment now: that is what
-- a crash of the reference between its passes left behind.
INSERT INTO payments (
       payment_system_code, payment_method_code, payment_status_code, paid_amount, payment_date, invoice_number,
       payment_account_id, invoice_amount, receipt_number, created_by)
SELECT 'PAYBC', 'PAD', 'COMPLETED', resolved.amount, resolved.application_date, resolved.target_number,
       resolved.payment_account_id, resolved.original_amount, resolved.source_number, 'SYSTEM'
  FROM settlement_resolved AS resolved
 WHERE resolved.kind = 'SETTLE_PAD'
   AND (resolved.outcome = 'applied'
        OR (resolved.outcome = 'already_applied'
            AND resolved.rule = 'invoice_paid'
            AND EXISTS (SELECT FROM receipts AS receipt
                          JOIN invoice_references AS reference
                            ON reference.invoice_id = receipt.invoice_id
                         WHERE reference.invoice_number = resolved.target_number
                           AND receipt.receipt_number = resolved.source_number)
            AND NOT EXISTS (SELECT FROM payments AS other WHERE other.invoice_number = resolved.target_number)))
   AND NOT EXISTS (
         SELECT FROM payments AS known
          WHERE known.invoice_number = resolved.target_number
            AND known.payment_status_code = 'COMPLETED')
 ORDER BY resolved.file_id, resolved.line
