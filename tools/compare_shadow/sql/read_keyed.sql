-- Read the rows of one table in the order of their keys; of rows with the same key, in their own order.
-- in     since (where the table has such a condition); {table} and what is said of it in tools/compare_shadow/tables.py
-- out    key, number (of the rows with this key, from 1), shown (the compared columns as a JSON array of texts)
-- again  reads only
--
-- The fee invoice of a bounce is made by a job: it is known by the number, or the slip, that bounced.
WITH fees AS (
       SELECT invoice_id, false AS is_of_slip,
              'fee of ' || min(invoice_number) || ' #' || row_number() OVER (PARTITION BY min(invoice_number)
                                                                             ORDER BY min(id)) AS name
         FROM non_sufficient_funds
        WHERE invoice_id IS NOT NULL
        GROUP BY invoice_id
        UNION ALL
       SELECT id, true, 'fee of slip ' || routing_slip || ' #' || row_number() OVER (PARTITION BY routing_slip ORDER BY id)
         FROM invoices
        WHERE payment_method_code = 'INTERNAL'
          AND corp_type_code = 'BCR'
          AND routing_slip IS NOT NULL
     )
SELECT key, row_number() OVER (PARTITION BY key ORDER BY place) AS number, shown
  FROM (SELECT ({key}) COLLATE "C" AS key,
               {order} AS place,
               CAST(to_json(CAST(ARRAY[{shown}] AS text[])) AS text) AS shown
          FROM {table} AS one{joined}
         WHERE {since}) AS keyed
 ORDER BY key, number
