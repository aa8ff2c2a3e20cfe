-- Complete the payments of the EFT job that CAS has settled, by these rows or, where the payment has come since, by one on
-- account of an earlier file that no EFTR row took back.
-- in     -
-- out    the number of rows
-- again  a completed payment is left alone; so is one that bounced, which no row of another kind brings back, and one that
--        came late and was given up
-- source docs/specs/cas-settlement-csv.md section 6, EFTP: a wire row does this alone, others settle an invoice or make
--        a credit as well
UPDATE payments AS payment
   SET payment_status_code = 'COMPLETED'
 WHERE payment.id IN (
         SELECT settled.id
           FROM wave_rows AS line
           JOIN payments AS settled
             ON settled.receipt_number = line.source_number
            AND coalesce(settled.payment_status_code, '') NOT IN ('COMPLETED', 'FAILED', 'DELETED')
          WHERE (line.outcome = 'applied' OR line.outcome = 'already_applied' AND line.kind = 'ON_ACCOUNT')
            AND line.record_type = 'EFTP'
          UNION ALL
         SELECT late.id
           FROM pay_jobs.settlement_rows AS line
           JOIN payments AS late
             ON late.receipt_number = line.source_number
            AND coalesce(late.payment_status_code, 'CREATED') = 'CREATED'
          WHERE line.outcome = 'applied'
            AND line.rule = 'no_eft_payment'
            AND NOT EXISTS (SELECT FROM pay_jobs.settlement_rows AS back
                             WHERE back.target_number IN (line.target_number, late.invoice_number)
                               AND back.source_number = line.source_number
                               AND back.record_type = 'EFTR')
            AND NOT EXISTS (SELECT FROM settlement_work AS back
                             WHERE back.source_number = line.source_number
                               AND back.record_type = 'EFTR'))
