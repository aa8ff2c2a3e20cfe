-- Whether nobody is paid what stands in the refund_amount of a routing slip: its deposit bounced before AP had it, or it was
-- written off by the old job, which noted no movements.
-- in     the alias of the slip, in place of the name in braces
-- out    a condition
-- again  reads only
-- source docs/specs/routing-slips.md sections 3.4 and 3.6. The API keeps a row in refunds of each refund, of no write-off. A
--        cheque that CGI has not refused is on its way
(coalesce({alias}.refund_amount, 0) > 0
 AND (SELECT bounce.id IS NOT NULL
             AND CASE WHEN last.id IS NULL
                      THEN NOT EXISTS (SELECT FROM refunds AS refund WHERE refund.routing_slip_id = {alias}.id)
                      ELSE last.kind = 'refunded'
                           AND last.id < bounce.id
                           AND NOT <<{alias}.refund_is_settled>>
                           AND NOT EXISTS (
                               SELECT FROM pay_jobs.cgi_mentions AS item
                                 JOIN pay_jobs.cgi_files AS inbox
                                   ON inbox.id = item.cgi_file_id
                                  AND inbox.kind = 'inbox'
                                 JOIN ejv_files AS batch
                                   ON batch.file_ref = inbox.name
                                  AND batch.file_type = 'REFUND'
                                  AND batch.created_on > last.moved_on AT TIME ZONE 'UTC'
                                WHERE item.kind = 'ap'
                                  AND item.number = {alias}.number
                                  AND NOT EXISTS (
                                      SELECT FROM pay_jobs.feedback_lines AS line
                                       WHERE line.batch_number = batch.id
                                         AND line.subject = item.number
                                         AND line.code <> '0000'))
                      END
        FROM (SELECT max(moved.id) AS id
                FROM pay_jobs.slip_movements AS moved
               WHERE moved.slip = {alias}.number
                 AND moved.kind IN ('refunded', 'written_off')) AS newest
        LEFT JOIN pay_jobs.slip_movements AS last
          ON last.id = newest.id
       CROSS JOIN (SELECT max(moved.id) AS id
                     FROM pay_jobs.slip_movements AS moved
                    WHERE moved.slip = coalesce({alias}.parent_number, {alias}.number)
                      AND moved.kind = 'bounced') AS bounce))
