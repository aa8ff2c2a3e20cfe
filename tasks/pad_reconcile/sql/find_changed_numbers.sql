-- Find the numbers of the wave that another session changed between two statements of ours.
-- in     -
-- out    target_number
-- again  reads only
--
-- Every applied row must find its open invoices, and every reference of a settled one must be completed by now.
SELECT target_number
  FROM (SELECT DISTINCT target_number
          FROM settlement_resolved
         WHERE outcome = 'applied'
           AND kind IN ('SETTLE_PAD', 'SETTLE_ONE', 'SETTLE_CREDIT', 'PART_ONE')) AS applied
 WHERE NOT EXISTS (SELECT FROM settled_invoices AS settled WHERE settled.target_number = applied.target_number)
UNION
SELECT settled.target_number
  FROM settled_invoices AS settled
  JOIN invoice_references AS reference
    ON reference.id = settled.reference_id
 WHERE settled.is_settled
   AND reference.status_code <> 'COMPLETED'
 ORDER BY target_number
