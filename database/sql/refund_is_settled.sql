-- Whether nobody pays out any more what stands in the refund_amount of a routing slip: AP has, or it was written off.
-- in     the alias of the slip, in place of the name in braces
-- out    a condition
-- again  reads only
-- source docs/specs/routing-slips.md section 3.6 step 7. The API sets refund_status back to PROCESSING when the next refund
--        is asked for, and the old job noted no movements
(SELECT coalesce({alias}.refund_status, '') IN ('PROCESSED', 'CHEQUE_UNDELIVERABLE')
        OR coalesce(last.kind, '') = 'written_off'
        OR last.kind IS NULL AND EXISTS (
            SELECT FROM refunds AS refund
             WHERE refund.routing_slip_id = {alias}.id
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
               AND line.subject = {alias}.number
               AND line.record IN ('IH', 'IL', 'NA', 'IC')
               AND line.outcome IN ('applied', 'already_applied')
             GROUP BY batch.id
            HAVING bool_and(line.code = '0000'))
   FROM (SELECT max(moved.id) AS id
           FROM pay_jobs.slip_movements AS moved
          WHERE moved.slip = {alias}.number
            AND moved.kind IN ('refunded', 'written_off')) AS newest
   LEFT JOIN pay_jobs.slip_movements AS last
     ON last.id = newest.id)
