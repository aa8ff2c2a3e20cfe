-- Read a slip and its children, the parent first.
-- in     root
-- out    one row a slip
-- again  reads only
SELECT slip.number,
       slip.status,
       slip.total::numeric(19,2)            AS total,
       slip.remaining_amount::numeric(19,2) AS remaining,
       slip.parent_number,
       coalesce(slip.cas_version_suffix, 1) AS version,
       slip.routing_slip_date,
       slip.payment_account_id,
       slip.cas_mismatch,
       (SELECT count(*)
          FROM invoices AS invoice
         WHERE invoice.routing_slip = slip.number
           AND invoice.payment_method_code = 'INTERNAL'
           AND invoice.total = 0) AS free,
       EXISTS (SELECT FROM payments AS deposit
                WHERE deposit.receipt_number = slip.number
                  AND deposit.is_routing_slip
                  AND deposit.payment_status_code IN ('FAILED', 'DELETED')) AS is_lost,
       <<slip.taken_out>>::numeric(19,2) AS taken_out,
       CASE WHEN <<slip.refund_is_void>> THEN slip.refund_amount ELSE 0 END::numeric(19,2) AS void_refund,
       CASE WHEN <<slip.refund_is_settled>>
              OR EXISTS (SELECT FROM pay_jobs.slip_movements AS moved
                          WHERE moved.slip = slip.number
                            AND moved.kind IN ('refunded', 'written_off'))
            THEN 0 ELSE coalesce(slip.refund_amount, 0) END::numeric(19,2) AS old_refund
  FROM routing_slips AS slip
 WHERE slip.number = :root
    OR slip.parent_number = :root
 ORDER BY slip.parent_number IS NOT NULL, slip.id
