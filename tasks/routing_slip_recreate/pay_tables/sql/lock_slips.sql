-- Hold a slip and its children against the API until the transaction ends.
-- in     root
-- out    their numbers
-- again  harmless
SELECT slip.number
  FROM routing_slips AS slip
 WHERE slip.number = :root
    OR slip.parent_number = :root
 ORDER BY slip.id
   FOR UPDATE
