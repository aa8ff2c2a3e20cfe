-- Record every row with its outcome.
-- in     settlement_work, which was made of this table (create_work_table.sql, drop_work_columns.sql)
-- out    the number of rows
-- again  the key is file and line; a row that is retried was taken out before (take_out_rejects.sql)
INSERT INTO pay_jobs.settlement_rows
TABLE settlement_work
