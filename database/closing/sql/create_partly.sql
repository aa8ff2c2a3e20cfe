-- What money on account that covered a number in part paid of its invoices: no receipt tells of it, and `paid` has it only
-- once money came after it.
-- out    temporary table closing_partly, of all days: what each use added to an invoice, and what each credit memo after it
--        moved from one invoice to another. Of several invoices under one number the last are covered first, as by credit
--        memos: receipts begin with the first (docs/specs/cas-settlement-csv.md sections 5.3 and 7 B 3). A memo finds room
--        as if there were no such money (7 B 3), which then covers what the memo left
CREATE TEMPORARY TABLE closing_partly ON COMMIT DROP AS
WITH used AS MATERIALIZED (
       SELECT target_number AS number, at, file_id, line, name || ' line ' || line AS origin, amount
         FROM closing_booked
        WHERE kind = 'SKIP'
          AND rule = 'partial_credit'
     ),
     behind AS MATERIALIZED (
       SELECT DISTINCT reference.invoice_number AS number, invoice.id, invoice.payment_method_code AS method, invoice.total
         FROM invoice_references AS reference
         JOIN invoices AS invoice
           ON invoice.id = reference.invoice_id
        WHERE reference.invoice_number IN (SELECT number FROM used)
          AND NOT EXISTS (SELECT FROM non_sufficient_funds AS fee WHERE fee.invoice_id = invoice.id)
     ),
     moment AS MATERIALIZED (
       SELECT happened.*,
              row_number() OVER in_order AS nth,
              coalesce(sum(happened.amount) FILTER (WHERE happened.credited IS NULL) OVER in_order, 0) AS used
         FROM (SELECT number, at, file_id, line, CAST(NULL AS integer) AS memo, CAST(NULL AS integer) AS credited, amount,
                      origin AS key, origin
                 FROM used
                UNION ALL
               SELECT behind.number, coalesce(row.at, memo.created_on), row.file_id, row.line, memo.id, memo.invoice_id,
                      CAST(memo.amount_applied AS numeric(19,2)), 'moved by applied credit ' || memo.id,
                      coalesce(row.origin, 'applied_credits ' || memo.id)
                 FROM behind
                 JOIN applied_credits AS memo
                   ON memo.invoice_id = behind.id
                 LEFT JOIN LATERAL (
                        SELECT at, file_id, line, name || ' line ' || line AS origin
                          FROM closing_booked
                         WHERE target_number = memo.invoice_number
                           AND application_id = memo.application_id
                           AND source_number = memo.cfs_identifier
                           AND outcome = 'applied'
                         ORDER BY file_id, line
                         LIMIT 1) AS row ON true) AS happened
       WINDOW in_order AS (PARTITION BY happened.number
                               ORDER BY happened.at, happened.file_id NULLS FIRST, happened.line, happened.memo)
     ),
     placed AS (
       SELECT moment.number, moment.nth, moment.at, moment.key, moment.origin, moment.used, behind.id AS invoice_id, behind.method,
              greatest(behind.total - coalesce(sum(moment.amount) FILTER (WHERE moment.credited = behind.id) OVER so_far, 0), 0)
                AS room
         FROM moment
         JOIN behind
           ON behind.number = moment.number
       WINDOW so_far AS (PARTITION BY moment.number, behind.id ORDER BY moment.nth)
     ),
     standing AS (
       SELECT placed.*, sum(room) OVER (PARTITION BY number, nth ORDER BY invoice_id DESC) AS ends
         FROM placed
     ),
     moved AS (
       SELECT standing.*, covered.amount - coalesce(lag(covered.amount) OVER in_order, 0) AS amount
         FROM standing
        CROSS JOIN LATERAL (
               SELECT greatest(least(standing.used, standing.ends) - (standing.ends - standing.room), 0) AS amount
              ) AS covered
       WINDOW in_order AS (PARTITION BY standing.number, standing.invoice_id ORDER BY standing.nth)
     )
SELECT invoice_id, method, at, nth, key, origin, amount
  FROM moved
 WHERE amount <> 0
