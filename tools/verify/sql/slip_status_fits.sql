-- A routing slip whose status, balance, parent and refund do not go together.
-- source docs/specs/routing-slips.md section 2; what was refunded before a bounce is kept
SELECT 'slip ' || slip.number AS row,
       'explain slip ' || slip.number AS next,
       slip.payment_account_id AS account_id,
       coalesce(slip.updated_on, slip.created_on) AS day,
       wrong.expected,
       format('%s, %s left, parent %s, refund %s %s', slip.status, slip.remaining_amount,
              coalesce(slip.parent_number, 'none'), coalesce(CAST(slip.refund_amount AS text), 'none'),
              coalesce(slip.refund_status, '')) AS found
  FROM routing_slips AS slip
  LEFT JOIN (SELECT DISTINCT routing_slip_id FROM refunds) AS refund
    ON refund.routing_slip_id = slip.id
 CROSS JOIN LATERAL (
        SELECT CASE
               WHEN (slip.status = 'LINKED') <> (slip.parent_number IS NOT NULL) THEN 'LINKED exactly where it has a parent'
               WHEN slip.status = 'COMPLETE' AND slip.remaining_amount <> 0 THEN 'nothing left of a COMPLETE slip'
               WHEN slip.status = 'NSF' AND slip.remaining_amount > 0
                AND NOT EXISTS (SELECT FROM routing_slips AS child WHERE child.parent_number = slip.number)
               THEN 'nothing left of a bounced slip'
               WHEN slip.status LIKE 'REFUND%' AND refund.routing_slip_id IS NULL THEN 'a request in refunds'
               WHEN slip.status IN ('REFUND_UPLOADED', 'REFUND_PROCESSED', 'REFUND_REJECTED')
                AND coalesce(slip.refund_amount, 0) <= 0 THEN 'an amount refunded'
               WHEN slip.status IN ('REFUND_REQUESTED', 'WRITE_OFF_REQUESTED') AND slip.remaining_amount = 0
               THEN 'something left to refund'
               WHEN slip.status IN ('REFUND_AUTHORIZED', 'WRITE_OFF_AUTHORIZED') AND slip.remaining_amount = 0
                AND coalesce(slip.refund_amount, 0) <= 0 THEN 'something left, or an amount refunded'
               WHEN coalesce(slip.refund_amount, 0) < 0 THEN 'no negative refund'
               WHEN slip.updated_on NOT BETWEEN slip.created_on - interval '1 day' AND CAST(:now AS timestamp) + interval '1 day'
               THEN 'changed after it was made, and not in the future'
               WHEN slip.status = 'NSF' AND slip.refund_amount > 0 THEN NULL
               WHEN slip.refund_status IS NOT NULL AND slip.status NOT LIKE 'REFUND%' THEN 'no refund status'
               WHEN (slip.status = 'REFUND_PROCESSED') <> coalesce(slip.refund_status IN ('PROCESSED', 'CHEQUE_UNDELIVERABLE'),
                                                                   false)
               THEN 'PROCESSED exactly where it is REFUND_PROCESSED'
               WHEN slip.status IN ('LINKED', 'VOID') AND coalesce(slip.refund_amount, 0) <> 0 THEN 'nothing refunded'
               WHEN slip.status IN ('LAST', 'WRITE_OFF_COMPLETED') THEN 'a status that is in use'
               END AS expected
      ) AS wrong
 WHERE wrong.expected IS NOT NULL
