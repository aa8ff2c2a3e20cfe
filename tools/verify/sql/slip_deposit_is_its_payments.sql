-- A routing slip over another amount than its cheques and cash, or whose deposits are in a state that none has.
-- source docs/specs/routing-slips.md section 1; a correction changes the total of the slip alone
SELECT 'slip ' || slip.number AS row,
       'explain slip ' || slip.number AS next,
       slip.payment_account_id AS account_id,
       slip.created_on AS day,
       format('%s: its payments, each COMPLETED, or FAILED once it bounced', deposit.amount) AS expected,
       format('total %s, payments %s', slip.total, deposit.statuses) AS found
  FROM routing_slips AS slip
  JOIN LATERAL (
         SELECT sum(payment.paid_amount) AS amount,
                string_agg(DISTINCT payment.payment_status_code, ', ') AS statuses,
                bool_or(payment.payment_status_code IS NULL
                        OR payment.payment_status_code NOT IN ('COMPLETED', 'FAILED', 'DELETED')
                        OR payment.invoice_amount <> payment.paid_amount) AS is_odd,
                bool_or(payment.payment_status_code = 'DELETED') AS is_deleted
           FROM payments AS payment
          WHERE payment.receipt_number = slip.number
            AND payment.is_routing_slip
         HAVING count(*) > 0
       ) AS deposit ON true
 WHERE deposit.is_odd
    OR deposit.is_deleted AND slip.status <> 'VOID'
    OR (deposit.amount <> slip.total
        AND coalesce(slip.cas_version_suffix, 1) = 1
        AND slip.status <> 'CORRECTION'
        AND NOT EXISTS (SELECT FROM pay_jobs.operations AS operation
                         WHERE operation.subject = 'slip ' || slip.number
                           AND operation.kind = 'slip correction'))
