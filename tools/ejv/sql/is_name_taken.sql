-- Find out whether an inbox file of that name was sent.
-- in     name
-- out    one boolean
-- again  reads only
SELECT EXISTS (SELECT FROM ejv_files WHERE file_ref = :name)
    OR EXISTS (SELECT FROM pay_jobs.operations WHERE kind = 'resubmission' AND plan ->> 'new_name' = :name)
