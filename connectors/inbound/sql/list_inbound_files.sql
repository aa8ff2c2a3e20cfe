-- List the files of a source in some states, in the order they are applied.
-- in     source text, states text[], limit bigint or null for all
-- out    whole rows; files without a date in their name come last
SELECT *
  FROM pay_jobs.inbound_files
 WHERE source = :source
   AND state  = ANY (:states)
 ORDER BY business_date NULLS LAST,
          name,
          id
 LIMIT :limit
