-- List the files of one source that are of a time, or came in it.
-- in     source, first (day), since (instant)
-- out    id, name, state, received_on, applied_on, business_date
-- again  reads only
SELECT id, name, state, received_on, applied_on, business_date
  FROM pay_jobs.inbound_files
 WHERE source = :source
   AND (business_date >= :first OR received_on >= :since)
 ORDER BY id
