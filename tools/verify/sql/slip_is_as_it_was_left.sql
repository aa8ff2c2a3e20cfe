-- A routing slip, or its CFS profile, in another state than the last finished operation left, though nobody changed it.
-- source docs/specs/routing-slips.md section 3; whoever changes a slip stamps `updated_on`. A parent that is voided with
--        kept transactions is frozen, one that is paid by a linked slip stays so; the profile of a linked child is closed. Where the total was
--        changed again meanwhile, a slip stays in CORRECTION
SELECT 'slip ' || slip.number AS row,
       'explain slip ' || slip.number AS next,
       slip.payment_account_id AS account_id,
       operation.finished_on AS day,
       format('%s, profile %s after %s on %s', array_to_string(was.statuses, ' or '),
              array_to_string(was.profiles, ' or '), operation.kind, CAST(operation.finished_on AS date)) AS expected,
       format('%s, profile %s', slip.status, coalesce(profile.status, 'none')) AS found
  FROM (SELECT DISTINCT ON (one.subject)
               substr(one.subject, 6) AS number, substr(one.kind, 6) AS kind,
               one.finished_on AT TIME ZONE 'UTC' AS finished_on, one.plan ->> 'total' AS total
          FROM pay_jobs.operations AS one
         WHERE one.subject LIKE 'slip %'
           AND one.state = 'done'
         ORDER BY one.subject, one.finished_on DESC, one.id DESC) AS operation
  JOIN routing_slips AS slip
    ON slip.number = operation.number
  JOIN (VALUES ('link', CAST('{LINKED}' AS text[]), CAST('{INACTIVE}' AS text[])),
               ('void', '{VOID}', '{INACTIVE}'),
               ('void_transactions', '{VOID,ACTIVE}', '{INACTIVE,FREEZE}'),
               ('nsf', '{NSF,ACTIVE}', '{FREEZE}'),
               ('correction', '{ACTIVE,COMPLETE,CORRECTION}', '{ACTIVE,FREEZE}'),
               ('refund', '{REFUND_AUTHORIZED,REFUND_UPLOADED,REFUND_PROCESSED,REFUND_REJECTED}', '{ACTIVE,FREEZE}'),
               ('write_off', '{WRITE_OFF_AUTHORIZED}', '{ACTIVE,FREEZE}')) AS was (kind, statuses, profiles)
    ON was.kind = operation.kind
  LEFT JOIN LATERAL (
         SELECT one.status
           FROM cfs_accounts AS one
          WHERE one.account_id = slip.payment_account_id
            AND one.payment_method = 'INTERNAL'
          ORDER BY one.id DESC
          LIMIT 1
       ) AS profile ON true
 WHERE ((slip.status <> ALL (was.statuses)
         OR slip.status = 'CORRECTION' AND CAST(slip.total AS text) = operation.total)
        AND coalesce(slip.updated_on, slip.created_on) <= operation.finished_on)
    OR (operation.kind <> 'correction' AND coalesce(profile.status, '') <> ALL (was.profiles)
        AND NOT EXISTS (SELECT FROM pay_jobs.operations AS other
                         WHERE other.subject = 'slip ' || slip.number
                           AND other.state NOT IN ('done', 'dropped')))
