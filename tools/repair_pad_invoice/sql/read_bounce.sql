-- Say whether the payment of a CFS number bounced.
-- in     number
-- out    one row at most: the words of the bounce
-- again  reads only
SELECT coalesce(description, 'NSF')
  FROM non_sufficient_funds
 WHERE invoice_number = :number
 ORDER BY id DESC
 LIMIT 1
