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
       coalesce(slip.refund_amount, 0)::numeric(19,2) AS refunded
  FROM routing_slips AS slip
 WHERE slip.number = :root
    OR slip.parent_number = :root
 ORDER BY slip.parent_number IS NOT NULL, slip.id
