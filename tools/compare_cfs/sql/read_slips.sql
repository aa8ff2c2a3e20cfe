-- Read what routing slips and their children have left, and what is under way against them.
-- in     keys text[]
-- out    number, remaining, approved (invoices), refunds (requested)
-- again  reads only
SELECT slip.number,
       CAST(coalesce(slip.remaining_amount, 0) + coalesce(child.remaining, 0) AS numeric(19,2)) AS remaining,
       coalesce(sum(invoice.total) FILTER (WHERE invoice.invoice_status_code = 'APPROVED'), 0) AS approved,
       coalesce(sum(invoice.total) FILTER (WHERE invoice.invoice_status_code = 'REFUND_REQUESTED'), 0) AS refunds
  FROM routing_slips AS slip
  LEFT JOIN (SELECT found.parent_number, sum(found.remaining_amount) AS remaining
               FROM routing_slips AS found
              WHERE found.parent_number = ANY (:keys)
              GROUP BY found.parent_number) AS child
    ON child.parent_number = slip.number
  LEFT JOIN invoices AS invoice ON invoice.routing_slip = slip.number
 WHERE slip.number = ANY (:keys)
 GROUP BY slip.number, slip.remaining_amount, child.remaining
