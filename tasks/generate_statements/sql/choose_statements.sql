-- Choose the statements of one period: one per account, with the id it has or gets.
-- in     frequency, first, last (the period), is_gap, only_missing, auth_account (null: all), shard_count, shard_index
-- out    temporary table period_statements
--        settings_from: since when one of the settings that it is for was in force without a break
-- again  an existing statement keeps its lowest id; ids are only drawn for new ones
-- source docs/specs/statements.md sections 2, 4, 6 and the hazard in section 10
CREATE TEMPORARY TABLE period_statements ON COMMIT DROP AS
WITH chosen AS (
       SELECT DISTINCT ON (setting.payment_account_id)
              setting.payment_account_id,
              setting.id AS setting_id,
              min(setting.from_date) OVER (PARTITION BY setting.payment_account_id) AS settings_from,
              account.payment_method,
              account.statement_notification_enabled
         FROM statement_settings AS setting
         JOIN payment_accounts AS account
           ON account.id = setting.payment_account_id
        WHERE setting.frequency = :frequency
          AND setting.from_date <= :last
          AND (setting.to_date IS NULL OR setting.to_date >= :last)
          AND (NOT :is_gap OR setting.to_date = :last)
          AND (CAST(:auth_account AS text) IS NULL OR account.auth_account_id = :auth_account)
          AND mod(setting.payment_account_id, :shard_count) = :shard_index
        ORDER BY setting.payment_account_id, setting.from_date DESC, setting.id DESC
     ),
     -- An account that switched between EFT and another method after the period has a later setting, and one interim
     -- statement for each switch: its method then is today's, turned once for each.
     switched AS (
       SELECT interim.payment_account_id, count(*) AS times
         FROM statements AS interim
        WHERE interim.is_interim_statement
          AND interim.to_date > :last
          AND interim.payment_account_id IN (
                SELECT later.payment_account_id FROM statement_settings AS later WHERE later.from_date > :last)
        GROUP BY interim.payment_account_id
     )
SELECT chosen.payment_account_id,
       chosen.setting_id,
       chosen.settings_from,
       chosen.payment_method,
       coalesce(chosen.statement_notification_enabled, false) AS notification_enabled,
       coalesce(chosen.payment_method = 'EFT', false) <> (mod(coalesce(switched.times, 0), 2) = 1) AS lists_eft,
       coalesce(existing.ids[1], CAST(nextval('statements_id_seq') AS integer)) AS statement_id,
       existing.ids[1] IS NOT NULL AS is_reused,
       existing.ids[2:] AS duplicate_ids
  FROM chosen
  LEFT JOIN switched
    ON switched.payment_account_id = chosen.payment_account_id
 CROSS JOIN LATERAL (
       SELECT array_agg(statement.id ORDER BY statement.id) AS ids
         FROM statements AS statement
        WHERE statement.payment_account_id = chosen.payment_account_id
          AND statement.frequency = :frequency
          AND statement.from_date = :first
          AND statement.to_date = :last
          AND NOT statement.is_interim_statement
     ) AS existing
 WHERE (NOT :only_missing OR existing.ids IS NULL)
   AND NOT ((:is_gap OR :only_missing)
            AND EXISTS (SELECT FROM statements AS interim
                         WHERE interim.payment_account_id = chosen.payment_account_id
                           AND interim.is_interim_statement
                           AND interim.from_date <= :first
                           AND interim.to_date >= :last))
 ORDER BY chosen.payment_account_id
