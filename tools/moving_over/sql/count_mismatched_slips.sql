-- Count the routing slips that the old job set aside.
-- out    one row: number, examples (the newest five)
SELECT count(*) AS number,
       coalesce((array_agg(slip.number ORDER BY slip.id DESC))[1:5], '{}') AS examples
  FROM routing_slips AS slip
 WHERE slip.cas_mismatch
   AND slip.status IN ('REFUND_AUTHORIZED', 'WRITE_OFF_AUTHORIZED')
