-- Find the numbers that CAS settled with another amount than we had open, less what money on account covered of them.
-- in     -
-- out    target_number, applied, open_amount
-- again  reads only
-- source docs/specs/cas-settlement-csv.md section 5.3: money on account that covers a part changes nothing here
SELECT settled.target_number, settled.applied, settled.open_before + settled.open_amount AS open_amount
  FROM settled_invoices AS settled
 WHERE settled.is_last
   AND settled.is_settled
   AND settled.applied <> settled.open_before + settled.open_amount
   AND settled.applied + (SELECT coalesce(sum(part.amount), 0)
                            FROM (SELECT target_number, kind, rule, amount FROM settlement_work
                                   UNION ALL
                                  SELECT target_number, kind, rule, amount FROM pay_jobs.settlement_rows) AS part
                           WHERE part.target_number = settled.target_number
                             AND part.kind = 'SKIP'
                             AND part.rule = 'partial_credit') <> settled.open_before + settled.open_amount
 ORDER BY settled.target_number
