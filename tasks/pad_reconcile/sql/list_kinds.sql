-- List what kinds of rows the file has: a step that none of them calls for is left out.
-- in     -
-- out    record_type, kind; those of rows that were applied before too, as their receipts are worked again
-- again  reads only
SELECT record_type, kind FROM settlement_staged
 UNION
SELECT record_type, kind FROM settlement_before
