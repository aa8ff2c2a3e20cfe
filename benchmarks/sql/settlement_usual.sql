-- Sixty files of this size are usual here: the fuse weighs the file against them, and lets it pass.
WITH known AS (
       INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on, business_date)
       SELECT 'CAS', 'known ' || n, md5(n::text) || md5(n::text), 1, 'applied', now(), DATE '2026-11-05' - n
         FROM generate_series(1, 60) n
    RETURNING id
     )
INSERT INTO pay_jobs.settlement_figures SELECT id, true, {rows}, {rows} * 31.50, 0, 0, 0, 0, 0 FROM known
