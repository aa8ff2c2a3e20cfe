-- A settlement file that the table of the other services and our own ledger tell differently.
-- source docs/specs/cas-settlement-csv.md section 4; from the first file on that this service applied. A row that is
--        there keeps when the first file of its name came; one of another system, when that had it
SELECT 'file ' || coalesce(noted.file_name, file.name) AS row,
       'explain file ' || coalesce(noted.file_name, file.name) AS next,
       CAST(NULL AS integer) AS account_id,
       coalesce(noted.processed_on, file.applied_on AT TIME ZONE 'UTC') AS day,
       CASE WHEN file.name IS NULL THEN 'applied by this service'
            ELSE format('received %s, processed %s', CAST(file.received_on AT TIME ZONE 'UTC' AS timestamp(0)),
                        CAST(file.applied_on AT TIME ZONE 'UTC' AS timestamp(0))) END AS expected,
       CASE WHEN noted.file_name IS NULL THEN 'not in cas_settlements'
            ELSE format('received %s, processed %s', CAST(noted.received_on AS timestamp(0)),
                        coalesce(CAST(CAST(noted.processed_on AS timestamp(0)) AS text), 'not yet')) END AS found
  FROM (SELECT name, min(received_on) AS received_on, max(applied_on) AS applied_on,
               bool_or(coalesce(details -> 'released' ? 'processed', false)) AS was_there
          FROM pay_jobs.inbound_files AS one
         WHERE source IN ('CAS', 'LOCAL')
           AND state = 'applied'
           AND (details -> 'archived' IS NOT NULL
                OR EXISTS (SELECT FROM pay_jobs.settlement_figures AS figures WHERE figures.file_id = one.id)
                OR EXISTS (SELECT FROM pay_jobs.settlement_rows AS line WHERE line.file_id = one.id))
         GROUP BY name) AS file
  FULL JOIN cas_settlements AS noted
    ON noted.file_name = file.name
 WHERE (file.name IS NULL
        AND coalesce(noted.processed_on, noted.received_on)
            > (SELECT min(applied_on AT TIME ZONE 'UTC') FROM pay_jobs.inbound_files
                WHERE source IN ('CAS', 'LOCAL') AND state = 'applied'))
    OR (file.name IS NOT NULL
        AND (noted.file_name IS NULL
             OR noted.processed_on IS NULL
             OR noted.received_on IS NULL
             OR noted.received_on > noted.processed_on + interval '1 hour'
             OR abs(extract(epoch FROM noted.processed_on - file.applied_on AT TIME ZONE 'UTC')) > 3600
             OR NOT file.was_there
                AND abs(extract(epoch FROM noted.received_on - file.received_on AT TIME ZONE 'UTC')) > 3600))
