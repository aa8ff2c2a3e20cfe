-- Return the account of each partner and GL code: what it began with, each movement, what it ended with, and the parts of that.
-- in     temporary tables partner_entries, partner_items; start (naive UTC)
-- out    partner, partner_name, gl, gl_name, then an amount a figure (CAD, signed); accounts on which nothing is are left out
WITH moved AS (
       SELECT partner, gl,
              coalesce(sum(amount) FILTER (WHERE moment < :start), 0) AS start_balance,
              coalesce(sum(amount) FILTER (WHERE figure = 'collected' AND moment >= :start), 0) AS collected,
              coalesce(sum(amount) FILTER (WHERE figure = 'service_fees' AND moment >= :start), 0) AS service_fees,
              coalesce(sum(amount) FILTER (WHERE figure = 'refunded' AND moment >= :start), 0) AS refunded,
              coalesce(sum(amount) FILTER (WHERE figure = 'disbursed' AND moment >= :start), 0) AS disbursed,
              coalesce(sum(amount) FILTER (WHERE figure = 'given_back' AND moment >= :start), 0) AS given_back,
              coalesce(bool_or(moment >= :start), false) AS has_moved
         FROM partner_entries
        GROUP BY partner, gl
     ),
     stands AS (
       SELECT partner, gl,
              sum(end_balance) AS end_balance,
              coalesce(sum(end_balance) FILTER (WHERE part = 'waiting'), 0) AS waiting,
              coalesce(sum(end_balance) FILTER (WHERE part = 'in_flight'), 0) AS in_flight,
              coalesce(sum(end_balance) FILTER (WHERE part = 'refused'), 0) AS refused,
              coalesce(sum(end_balance) FILTER (WHERE part = 'to_take_back'), 0) AS to_take_back,
              coalesce(sum(end_balance) FILTER (WHERE part = 'ahead'), 0) AS ahead,
              coalesce(sum(end_balance) FILTER (WHERE part IN ('twice', 'kept', 'wrong_amount')), 0) AS in_question
         FROM partner_items
        GROUP BY partner, gl
     )
SELECT moved.partner, partner.description AS partner_name, moved.gl, code.name AS gl_name,
       moved.start_balance, moved.collected, moved.service_fees, moved.refunded, moved.disbursed, moved.given_back,
       stands.end_balance,
       stands.waiting, stands.in_flight, stands.refused, stands.to_take_back, stands.ahead, stands.in_question
  FROM moved
  JOIN stands
    ON stands.partner = moved.partner
   AND stands.gl = moved.gl
  JOIN corp_types AS partner
    ON partner.code = moved.partner
  JOIN distribution_codes AS code
    ON code.distribution_code_id = moved.gl
 WHERE moved.has_moved
    OR moved.start_balance <> 0
    OR EXISTS (SELECT FROM partner_items AS item
                WHERE item.partner = moved.partner AND item.gl = moved.gl AND item.end_balance <> 0)
 ORDER BY moved.partner, moved.gl
