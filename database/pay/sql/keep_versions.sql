-- Write rows that are about to be changed into the table's history, and raise their versions.
-- in     {table}, its {key} and the {changes} to be made, put in as words; keys; now (naive UTC)
-- out    one row for each that was kept
-- again  keeps another version
--
-- By the names of the columns: a column that the owner of the tables adds to both is kept as well.
WITH old AS (
       SELECT * FROM {table} WHERE {key} = ANY (:keys) ORDER BY {key} FOR UPDATE
     ),
     kept AS (
       INSERT INTO {table}_history
       SELECT history.*
         FROM old
        CROSS JOIN LATERAL jsonb_populate_record(
              CAST(NULL AS {table}_history), to_jsonb(old) || jsonb_build_object('changed', CAST(:now AS timestamp))
              ) AS history
     )
UPDATE {table} AS versioned
   SET {changes}
  FROM old
 WHERE versioned.{key} = old.{key}
