-- Take what left CFS off the balance of a slip, and give it to AP to pay out; note what moved.
-- in     slip, kind (refunded, written_off), amount, now (naive UTC)
-- out    nothing
-- again  only inside the transaction that closes the operation
-- source docs/specs/routing-slips.md section 3.6 step 7: refund_amount is what AP pays. It is added to until AP has paid it;
--        then, and after a write-off, the new amount takes its place, and the movement keeps it as `before`
WITH paid AS (
       SELECT slip.refund_amount AS amount
         FROM routing_slips AS slip
        WHERE slip.number = :slip
          AND slip.refund_amount <> 0
          AND <<slip.refund_is_settled>>
     ),
     noted AS (
       INSERT INTO pay_jobs.slip_movements (slip, kind, before, amount, moved_on)
       SELECT :slip, :kind, (SELECT amount FROM paid), -CAST(:amount AS numeric), CAST(:now AS timestamp) AT TIME ZONE 'UTC'
     )
UPDATE routing_slips
   SET remaining_amount = remaining_amount - :amount,
       refund_amount    = coalesce(refund_amount, 0) - coalesce((SELECT amount FROM paid), 0) + :amount,
       refund_status    = CASE WHEN :kind = 'refunded' AND EXISTS (SELECT FROM paid) THEN 'PROCESSING' ELSE refund_status END,
       updated_on       = :now,
       updated_by       = NULL,
       updated_name     = NULL
 WHERE number = :slip
