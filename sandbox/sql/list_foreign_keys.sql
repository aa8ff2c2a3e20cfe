-- List the foreign keys of some tables: the statement that drops each, and the one that makes it again.
-- in     tables
-- out    two statements a key
-- again  reads only
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
  FROM pg_constraint
 WHERE contype = 'f'
   AND conrelid = ANY (%(tables)s::regclass[])
 ORDER BY conrelid::regclass::text, conname
