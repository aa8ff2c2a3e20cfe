-- Return the lowest number of what was made since a moment: invoices, files that were applied, batches; 0 for ever.
-- in     since: naive UTC, null for ever
-- out    first_invoice, first_file, first_batch; the highest there can be where nothing was made since
-- again  reads only; OFFSET keeps PostgreSQL from looking for the lowest number along all numbers
SELECT CASE WHEN CAST(:since AS timestamp) IS NULL THEN 0
            ELSE coalesce((SELECT min(id) FROM (SELECT id FROM invoices WHERE created_on >= :since OFFSET 0) AS made),
                          2147483647) END AS first_invoice,
       CASE WHEN CAST(:since AS timestamp) IS NULL THEN 0
            ELSE coalesce((SELECT min(id) FROM pay_jobs.inbound_files
                            WHERE applied_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC'), 9223372036854775807) END AS first_file,
       CASE WHEN CAST(:since AS timestamp) IS NULL THEN 0
            ELSE coalesce((SELECT min(id) FROM ejv_files WHERE created_on >= :since), 2147483647) END AS first_batch
