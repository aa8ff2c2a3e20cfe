-- Reject settlement rows that were skipped, so that they are tried again; keep them as they were, for a closed day counts
-- them among the skipped.
-- in     files bigint[], lines integer[]: the rows, by place; now timestamptz
-- out    the number of rows
-- again  a row that is rejected is not listed as skipped
WITH skipped AS (
       SELECT recorded.*
         FROM unnest(CAST(:files AS bigint[]), CAST(:lines AS integer[])) AS asked (file_id, line)
         JOIN pay_jobs.settlement_rows AS recorded
           ON recorded.file_id = asked.file_id
          AND recorded.line    = asked.line
     ),
     kept AS (
       INSERT INTO pay_jobs.kept_rows (pay_table, row_id, was, cause, kept_on)
       SELECT 'settlement_rows', file_id, to_jsonb(skipped), 'bounce taken back', :now
         FROM skipped
     )
UPDATE pay_jobs.settlement_rows AS recorded
   SET outcome = 'rejected',
       rule    = 'bounce_taken_back',
       detail  = skipped.amount || ' CAD for ' || skipped.target_number || ' came while it counted as bounced'
  FROM skipped
 WHERE recorded.file_id = skipped.file_id
   AND recorded.line    = skipped.line
