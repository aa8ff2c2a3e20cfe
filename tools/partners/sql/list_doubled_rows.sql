-- Return the rows of partner_disbursements that are there twice.
-- in     the statement of verify about them; until (naive UTC), partner (null: all)
-- out    partner, row, amount (CAD), why, made_on, next
SELECT doubled.partner, doubled.row, doubled.amount, doubled.expected || ', found ' || doubled.found AS why,
       doubled.day AS made_on, doubled.next
  FROM ({rows}) AS doubled
 WHERE doubled.day < :until
   AND (CAST(:partner AS text) IS NULL OR doubled.partner = :partner)
 ORDER BY doubled.partner, doubled.row
