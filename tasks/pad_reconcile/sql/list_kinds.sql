-- List what kinds of rows the file has: a step that none of them calls for is left out.
-- in     -
-- out    record_type, kind
-- again  reads only
SELECT DISTINCT record_type, kind
  FROM settlement_staged
