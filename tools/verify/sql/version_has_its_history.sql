-- A row whose version is not one more than the versions its history holds, or whose history is out of order by more than
-- clocks of pods differ.
-- source docs/specs/schedules.md (history rows): each change writes the row as it was; rows that are older than their
--        history table may begin at any version
SELECT version.name || ' ' || version.id AS row,
       CASE version.name WHEN 'account' THEN 'explain account ' || (SELECT auth_account_id FROM payment_accounts WHERE id = version.id)
                         ELSE 'history' END AS next,
       CAST(NULL AS integer) AS account_id,
       version.last_on AS day,
       format('history up to version %s, in the order of its times, none in the future', version.version - 1) AS expected,
       format('version %s, history up to %s, last changed %s', version.version, version.last, version.last_on) AS found
  FROM (SELECT 'profile' AS name, one.id, one.version, past.*
          FROM cfs_accounts AS one
          JOIN (SELECT id AS of, max(version) AS last, max(changed) AS last_on, bool_or(is_late OR changed IS NULL) AS is_disordered
                  FROM (SELECT id, version, changed,
                               changed < lag(changed) OVER (PARTITION BY id ORDER BY version) - interval '1 hour' AS is_late
                          FROM cfs_accounts_history) AS each
                 GROUP BY id) AS past
            ON past.of = one.id
         UNION ALL
        SELECT 'account', one.id, one.version, past.*
          FROM payment_accounts AS one
          JOIN (SELECT id AS of, max(version) AS last, max(changed) AS last_on, bool_or(is_late OR changed IS NULL) AS is_disordered
                  FROM (SELECT id, version, changed,
                               changed < lag(changed) OVER (PARTITION BY id ORDER BY version) - interval '1 hour' AS is_late
                          FROM payment_accounts_history) AS each
                 GROUP BY id) AS past
            ON past.of = one.id
         UNION ALL
        SELECT 'distribution code', one.distribution_code_id, one.version, past.*
          FROM distribution_codes AS one
          JOIN (SELECT distribution_code_id AS of, max(version) AS last, max(changed) AS last_on, bool_or(is_late OR changed IS NULL) AS is_disordered
                  FROM (SELECT distribution_code_id, version, changed,
                               changed < lag(changed) OVER (PARTITION BY distribution_code_id ORDER BY version) - interval '1 hour' AS is_late
                          FROM distribution_codes_history) AS each
                 GROUP BY distribution_code_id) AS past
            ON past.of = one.distribution_code_id
         UNION ALL
        SELECT 'partial refund', one.id, one.version, past.*
          FROM refunds_partial AS one
          JOIN (SELECT id AS of, max(version) AS last, max(changed) AS last_on, bool_or(is_late OR changed IS NULL) AS is_disordered
                  FROM (SELECT id, version, changed,
                               changed < lag(changed) OVER (PARTITION BY id ORDER BY version) - interval '1 hour' AS is_late
                          FROM refunds_partial_history) AS each
                 GROUP BY id) AS past
            ON past.of = one.id) AS version
 WHERE version.version <> version.last + 1
    OR version.is_disordered
    OR version.last_on > CAST(:now AS timestamp) + interval '1 day'
