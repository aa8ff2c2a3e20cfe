-- Add a file to the index, unless it is there.
-- in     object_key, name, kind, now
-- out    id; no row where the file is indexed already
-- again  changes nothing
INSERT INTO pay_jobs.cgi_files (object_key, name, kind, lines, indexed_on)
VALUES (:object_key, :name, :kind, 0, :now)
    ON CONFLICT (object_key) DO NOTHING
RETURNING id
