-- Read routing slips with their children (evidence E11).
-- in     numbers text[]
-- out    one row a slip that exists: its children's numbers and versions side by side
-- again  reads only
SELECT slip.number,
       slip.status,
       slip.remaining_amount,
       coalesce(slip.cas_version_suffix, 1),
       slip.cas_mismatch,
       slip.parent_number,
       ARRAY(SELECT child.number FROM routing_slips AS child WHERE child.parent_number = slip.number ORDER BY child.id),
       ARRAY(SELECT coalesce(child.cas_version_suffix, 1)
               FROM routing_slips AS child
              WHERE child.parent_number = slip.number
              ORDER BY child.id),
       EXISTS (SELECT FROM invoices AS waiting
                WHERE waiting.routing_slip = slip.number
                  AND waiting.invoice_status_code = 'CREATED')
  FROM routing_slips AS slip
 WHERE slip.number = ANY (:numbers)
