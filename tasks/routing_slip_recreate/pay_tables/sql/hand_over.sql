-- Take what left CFS off the balance of a slip, and give it to AP to pay out; note what moved.
-- in     slip, kind (refunded, written_off), amount, now (naive UTC)
-- out    nothing
-- again  only inside the transaction that closes the operation
-- source docs/specs/routing-slips.md section 3.6 step 7: refund_amount is what AP pays. It is added to until AP has paid it;
--        then, and after a write-off, the new amount takes its place, and the movement keeps it as `before`. The API sets
--        refund_status back to PROCESSING when the next refund is asked for, and the old job noted no movements
WITH last AS (
       SELECT kind, moved_on
         FROM pay_jobs.slip_movements
        WHERE slip = :slip
          AND kind IN ('refunded', 'written_off')
        ORDER BY id DESC
        LIMIT 1
     ),
     paid AS (
       SELECT slip.refund_amount AS amount
         FROM routing_slips AS slip
         LEFT JOIN last
           ON true
        WHERE slip.number = :slip
          AND slip.refund_amount <> 0
          AND (slip.refund_status IN ('PROCESSED', 'CHEQUE_UNDELIVERABLE')
               OR last.kind = 'written_off'
               OR last.kind IS NULL AND EXISTS (
                   SELECT FROM refunds AS refund
                    WHERE refund.routing_slip_id = slip.id
                      AND refund.gl_posted IS NOT NULL)
               OR EXISTS (
                   SELECT FROM ejv_files AS batch
                     JOIN pay_jobs.feedback_batches AS answer
                       ON answer.batch_number = batch.id
                     JOIN pay_jobs.feedback_lines AS line
                       ON line.file_id = answer.file_id
                      AND line.line BETWEEN answer.first_line AND answer.last_line
                    WHERE batch.file_type = 'REFUND'
                      AND batch.created_on > last.moved_on AT TIME ZONE 'UTC'
                      AND line.subject = slip.number
                      AND line.record IN ('IH', 'IL', 'NA', 'IC')
                      AND line.outcome IN ('applied', 'already_applied')
                    GROUP BY batch.id
                   HAVING bool_and(line.code = '0000')))
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
