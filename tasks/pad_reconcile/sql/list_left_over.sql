-- List the credit memo lines of which an amount found no invoice.
-- in     -
-- out    line, unplaced
-- again  reads only
SELECT line, unplaced
  FROM settlement_placed
 WHERE unplaced <> 0
   AND (placed <> 0 OR kind = 'SETTLE_CREDIT')
