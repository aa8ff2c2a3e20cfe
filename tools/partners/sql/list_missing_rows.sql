-- Return the rows of partner_disbursements that should be there and are not.
-- in     the statement of verify about them; until (naive UTC), partner (null: all), since (null: ever)
-- out    partner, row (what it is missing for), amount (CAD), why, made_on, next
SELECT missing.partner, missing.row, missing.amount, missing.found AS why, missing.day AS made_on, missing.next
  FROM ({rows}) AS missing
 WHERE missing.day < :until
   AND (CAST(:partner AS text) IS NULL OR missing.partner = :partner)
 ORDER BY missing.partner, missing.row
