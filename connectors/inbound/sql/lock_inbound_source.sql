-- Let one transaction at a time record files of a source.
-- in     source text
-- out    nothing
-- again  held until the transaction ends
SELECT pg_advisory_xact_lock(hashtextextended('pay_jobs.inbound_files ' || :source, 0))
