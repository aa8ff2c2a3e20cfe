-- List the archives that hold rows of the files of one name.
-- in     name
-- out    table_name, rows, deleted_on, object_key
-- again  reads only
SELECT archive.table_name, archive.rows, archive.deleted_on, archive.object_key
  FROM pay_jobs.archives AS archive
 WHERE archive.id IN (SELECT CAST(number AS bigint)
                        FROM pay_jobs.inbound_files AS file
                       CROSS JOIN jsonb_array_elements_text(file.details -> 'archived') AS number
                       WHERE file.name = :name)
 ORDER BY archive.id
