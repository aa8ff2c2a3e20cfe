-- Keep what a file held and did, and forget whom it would have frozen: it was applied.
-- in     file_id, on_weekday, and what is called Figures in fuse.py
-- out    nothing
WITH forgotten AS (
       DELETE FROM pay_jobs.fuse_accounts
        WHERE file_id = :file_id
     )
INSERT INTO pay_jobs.settlement_figures (
       file_id, on_weekday, rows, amount, frozen, bounced, repeated, misdated, rejected)
VALUES (:file_id, :on_weekday, :rows, :amount, :frozen, :bounced, :repeated, :misdated, :rejected)
