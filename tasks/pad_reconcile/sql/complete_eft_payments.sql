-- Complete the payments of the EFT job that CAS has settled, by these rows or, where the payment has come since, by one on
-- account of an earlier file.
-- in     -
-- out    the number of rows
-- again  a completed payment is left alone; so is one that bounced, which no row of another kind brings back
-- source docs/specs/cas-settlement-csv.md section 6, EFTP: a wire row does this alone, others settle an invoice or make
--        a credit as well
UPDATE payments AS payment
   SET payment_status_code = 'COMPLETED'
 WHERE payment.receipt_number IN (
         SELECT source_number
           FROM wave_rows
          WHERE (outcome = 'applied' OR outcome = 'already_applied' AND kind = 'ON_ACCOUNT')
            AND record_type = 'EFTP'
          UNION ALL
         SELECT source_number
           FROM pay_jobs.settlement_rows
          WHERE outcome = 'applied'
            AND rule = 'no_eft_payment')
   AND coalesce(payment.payment_status_code, '') NOT IN ('COMPLETED', 'FAILED')
