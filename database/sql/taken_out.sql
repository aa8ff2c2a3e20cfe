-- What refunds and write-offs took out of a routing slip.
-- in     the alias of the slip, in place of the name in braces
-- out    an amount in CAD
-- again  reads only
-- source docs/specs/routing-slips.md sections 3.4 and 3.6. `before` is what AP had paid, or was written off, when the next
--        refund took its place in refund_amount. Of a deposit that bounced later, what was refunded is owed by the client;
--        what was written off, or that AP has not paid, counts no more
(SELECT greatest(coalesce(sum(moved.before), 0)
                 + CASE WHEN <<{alias}.refund_is_void>> THEN 0 ELSE coalesce({alias}.refund_amount, 0) END
                 + coalesce(sum(moved.amount) FILTER (
                       WHERE moved.kind = 'written_off'
                         AND moved.id < (SELECT max(bounced.id)
                                           FROM pay_jobs.slip_movements AS bounced
                                          WHERE bounced.slip = coalesce({alias}.parent_number, {alias}.number)
                                            AND bounced.kind = 'bounced')), 0), 0)
   FROM pay_jobs.slip_movements AS moved
  WHERE moved.slip = {alias}.number
    AND moved.kind IN ('refunded', 'written_off'))
