-- Take the recorded rows out that are tried again: they are recorded anew with what becomes of them.
-- in     now (naive UTC)
-- out    the number of rows; they are kept as they were, as a closed day counts them among the rejected
-- again  keep_rejects.sql left only rows that are rejected
WITH taken AS (
       DELETE FROM pay_jobs.settlement_rows AS recorded
        USING settlement_staged AS staged
        WHERE recorded.file_id = staged.file_id
          AND recorded.line = staged.line
    RETURNING recorded.file_id, to_jsonb(recorded) AS was
     )
INSERT INTO pay_jobs.kept_rows (pay_table, row_id, was, cause, kept_on)
SELECT 'settlement_rows', file_id, was, 'tried again', CAST(:now AS timestamp) AT TIME ZONE 'UTC'
  FROM taken
