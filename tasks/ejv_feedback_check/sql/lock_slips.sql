-- Lock the routing slips of an AP batch.
-- in     -
-- out    the number of slips
SELECT count(*)
  FROM (SELECT slip.id
          FROM routing_slips AS slip
         WHERE slip.number IN (SELECT subject FROM feedback_staged)
         ORDER BY slip.id
           FOR UPDATE OF slip) AS locked
