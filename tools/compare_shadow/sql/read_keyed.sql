-- Read the rows of one table in the order of their keys; of rows with the same key, in their own order.
-- in     since (where the table has such a condition); {table} and what is said of it in tools/compare_shadow/tables.py
-- out    key, number (of the rows with this key, from 1), shown (the compared columns as a JSON array of texts)
-- again  reads only
--
-- The fee invoice of a bounce is made by a job: it is known by the number that bounced.
WITH fees AS (
       SELECT DISTINCT ON (invoice_id) invoice_id,
              'fee of ' || invoice_number || ' #' || row_number() OVER (PARTITION BY invoice_number ORDER BY id) AS name
         FROM non_sufficient_funds
        WHERE invoice_id IS NOT NULL
        ORDER BY invoice_id, id
     )
SELECT key, row_number() OVER (PARTITION BY key ORDER BY place) AS number, shown
  FROM (SELECT ({key}) COLLATE "C" AS key,
               {order} AS place,
               CAST(to_json(CAST(ARRAY[{shown}] AS text[])) AS text) AS shown
          FROM {table} AS one{joined}
         WHERE {since}) AS keyed
 ORDER BY key, number
