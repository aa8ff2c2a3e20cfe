-- Find the numbers under which what paid bounced numbers stands as receipts: by the rows of earlier files with the first
-- wave, and with each further one by the rows of the wave before it.
-- in     wave
-- out    the number of rows in settlement_parts
-- again  reads the same rows
-- source docs/specs/cas-settlement-csv.md section 5.4: the receipt of a part payment bears its Application Id
INSERT INTO settlement_parts
SELECT part.target_number, part.source_number, <<part.receipt>>
  FROM (SELECT DISTINCT target_number FROM settlement_staged WHERE kind = 'BOUNCE') AS bounced
 CROSS JOIN LATERAL (
        SELECT earlier.target_number, earlier.source_number, earlier.application_id, earlier.kind
          FROM pay_jobs.settlement_rows AS earlier
         WHERE CAST(:wave AS integer) = 0
           AND earlier.target_number = bounced.target_number
           AND <<earlier.counts>>
        OFFSET 0 -- looked up by index, number by number
      ) AS part
 WHERE part.kind <> 'BOUNCE'
 UNION ALL
SELECT part.target_number, part.source_number, <<part.receipt>>
  FROM settlement_work AS part
 WHERE part.wave = :wave - 1
   AND part.kind <> 'BOUNCE'
   AND part.target_number IN (SELECT target_number FROM settlement_staged WHERE kind = 'BOUNCE')
   AND <<part.counts>>
