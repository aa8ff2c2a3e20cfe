-- List the receipts of the routing slips in the state that CFS is in before the job works their status.
-- in     nothing
-- out    one row per receipt number that was ever used, as a seed of the simulator; only the last of a slip is open
-- again  reads only
-- source docs/specs/routing-slips.md sections 1.1 and 3
WITH slip AS (
    SELECT slip.*,
           own.cfs_site,
           under.cfs_site AS parent_site,
           slip.status = 'LINKED' AND own.status = 'INACTIVE' AS is_linked,
           slip.status = 'VOID' AND own.status <> 'ACTIVE'    AS is_void,
           slip.status = 'NSF' AND own.status = 'FREEZE'      AS has_bounced,
           greatest(slip.cas_version_suffix, 1)               AS version
      FROM routing_slips AS slip
      JOIN cfs_accounts AS own
        ON own.account_id = slip.payment_account_id
       AND own.payment_method = 'INTERNAL'
      LEFT JOIN routing_slips AS parent ON parent.number = slip.parent_number
      LEFT JOIN cfs_accounts AS under
        ON under.account_id = parent.payment_account_id
       AND under.payment_method = 'INTERNAL'
     WHERE own.cfs_site IS NOT NULL
),
used AS (
    SELECT slip.*,
           nth,
           place.letter,
           place.site,
           nth < version OR is_void OR has_bounced OR (is_linked AND place.letter = '') AS is_reversed
      FROM slip
     -- A void takes the number after the last one; CFS has no receipt of that.
     CROSS JOIN LATERAL generate_series(1, version - is_void::integer) AS nth
     CROSS JOIN LATERAL (
           VALUES ('', cfs_site), ('L', CASE WHEN is_linked THEN parent_site END)
     ) AS place (letter, site)
     WHERE place.site IS NOT NULL
)
SELECT used.site AS site_number,
       used.number || used.letter || CASE WHEN used.nth > 1 THEN 'R' || used.nth ELSE '' END AS receipt_number,
       -- The API has put the corrected total into our row; the deposit that CFS has was counted five dollars short.
       (used.total - CASE WHEN used.status = 'CORRECTION' THEN 5 ELSE 0 END)::numeric(19,2) AS receipt_amount,
       to_char(used.routing_slip_date, 'YYYY-MM-DD') AS receipt_date,
       CASE WHEN used.is_reversed THEN '{}' ELSE coalesce(bought.numbers, '{}') END AS applied_to,
       CASE WHEN used.is_reversed THEN 0 ELSE coalesce(used.refund_amount, 0)::numeric(19,2) END AS adjusted,
       used.is_reversed
  FROM used
  LEFT JOIN LATERAL (
       SELECT array_agg(reference.invoice_number::text ORDER BY invoice.id) AS numbers
         FROM invoices AS invoice
         JOIN invoice_references AS reference
           ON reference.invoice_id = invoice.id
          AND reference.status_code = 'COMPLETED'
        WHERE invoice.routing_slip = used.number
          AND invoice.payment_method_code = 'INTERNAL'
       ) AS bought ON TRUE
 ORDER BY used.id, used.letter, used.nth
