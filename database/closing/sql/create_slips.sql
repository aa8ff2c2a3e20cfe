-- The routing slips of these days: each deposit as it was counted first and as it was booked last, and what the API did to
-- a balance and our job has not booked yet.
-- out    temporary table closing_slips. What is not booked: of a correction that is not worked the new total, of a bounce
--        the deposits, of a link the child's deposit (docs/specs/routing-slips.md section 2). A slip that bounces again is
--        frozen already: not booked are then the deposits that our job linked to it since it booked the bounce before. A
--        bounce that the job before ours left frozen without its fee in CFS is booked once our job finishes it, unless that
--        was waived (section 4.3)
CREATE TEMPORARY TABLE closing_slips ON COMMIT DROP AS
WITH booked AS (
       SELECT slip,
              (array_agg(first_deposit ORDER BY id))[1] AS first_deposit,
              (array_agg(deposit ORDER BY id DESC))[1] AS deposit
         FROM closing_corrections
        GROUP BY slip
     ),
     known AS (
       SELECT slip.id, slip.number, slip.parent_number, slip.status, slip.created_on,
              coalesce(account.payment_method, '') AS method,
              CAST(slip.total AS numeric(19,2)) AS total,
              CAST(slip.remaining_amount AS numeric(19,2)) AS remaining,
              coalesce(booked.first_deposit, slip.total) AS first_deposit,
              coalesce(booked.deposit, slip.total) AS deposit,
              slip.status IN ('NSF', 'LINKED')
                AND EXISTS (SELECT FROM cfs_accounts AS profile
                             WHERE profile.account_id = slip.payment_account_id
                               AND profile.payment_method = 'INTERNAL'
                               AND (profile.status IN ('ACTIVE', 'PENDING')
                                    OR slip.status = 'NSF' AND profile.status = 'FREEZE'
                                       AND NOT EXISTS (SELECT FROM pay_jobs.slip_movements AS moved
                                                        WHERE moved.slip = slip.number
                                                          AND moved.kind IN ('bounced', 'voided', 'linked'))
                                       AND NOT EXISTS (SELECT FROM invoices AS fee
                                                         LEFT JOIN invoice_references AS known
                                                           ON known.invoice_id = fee.id
                                                        WHERE fee.routing_slip = slip.number
                                                          AND fee.payment_method_code = 'INTERNAL'
                                                          AND fee.corp_type_code = 'BCR'
                                                          AND (known.id IS NOT NULL
                                                               OR fee.invoice_status_code IN (<<final_for_slips>>))))) AS is_open
         FROM closing_families AS chosen
         JOIN routing_slips AS slip
           ON slip.number = chosen.number
         LEFT JOIN payment_accounts AS account
           ON account.id = slip.payment_account_id
         LEFT JOIN booked
           ON booked.slip = slip.number
     )
SELECT known.*,
       CASE WHEN known.status = 'CORRECTION' THEN known.total - known.deposit ELSE 0 END
         - CASE WHEN known.status = 'NSF' AND known.is_open
                THEN known.total + coalesce(sum(child.total), 0)
                WHEN known.status = 'NSF'
                THEN (SELECT coalesce(sum(linked.amount), 0)
                        FROM pay_jobs.slip_movements AS linked
                       WHERE linked.slip = known.number
                         AND linked.kind = 'linked'
                         AND linked.id > ALL (SELECT bounced.id
                                                FROM pay_jobs.slip_movements AS bounced
                                               WHERE bounced.slip = known.number
                                                 AND bounced.kind = 'bounced'))
                ELSE 0 END
         - CASE WHEN known.status = 'LINKED' AND known.is_open THEN known.total ELSE 0 END
         + coalesce(sum(child.total) FILTER (WHERE child.status = 'LINKED' AND child.is_open), 0) AS not_booked
  FROM known
  LEFT JOIN known AS child
    ON child.parent_number = known.number
 GROUP BY known.id, known.number, known.parent_number, known.status, known.created_on, known.method, known.total,
          known.remaining, known.first_deposit, known.deposit, known.is_open
