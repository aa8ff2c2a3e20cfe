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
       coalesce(children.numbers, '{}'),
       coalesce(children.versions, '{}'),
       EXISTS (SELECT FROM invoices AS waiting
                WHERE waiting.routing_slip = slip.number
                  AND waiting.invoice_status_code = 'CREATED')
  FROM routing_slips AS slip
  LEFT JOIN (SELECT child.parent_number,
                    array_agg(child.number ORDER BY child.id) AS numbers,
                    array_agg(coalesce(child.cas_version_suffix, 1) ORDER BY child.id) AS versions
               FROM routing_slips AS child
              WHERE child.parent_number = ANY (:numbers)
              GROUP BY child.parent_number) AS children
    ON children.parent_number = slip.number
 WHERE slip.number = ANY (:numbers)
