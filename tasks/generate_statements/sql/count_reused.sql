-- Count the statements of the period that were there before, those of them that have duplicates, and those that owe no
-- notice though their account wants one; SEND_NOTIFICATIONS dates those that it skips because nobody is to be told.
-- in     period_statements
-- out    one row: reused, duplicated, without_notice
-- again  reads only
SELECT count(*) FILTER (WHERE chosen.is_reused) AS reused,
       count(*) FILTER (WHERE cardinality(chosen.duplicate_ids) > 0) AS duplicated,
       count(CASE WHEN chosen.is_reused AND chosen.notification_enabled
                  THEN (SELECT 1
                          FROM statements AS statement
                         WHERE statement.id = chosen.statement_id
                           AND statement.notification_status_code = 'SKIP'
                           AND statement.notification_date IS NULL) END) AS without_notice
  FROM period_statements AS chosen
