-- Empty the further statements that the reference left for the same account, frequency and period.
-- in     -
-- out    one row: links removed, statements emptied
-- again  an emptied duplicate is left alone; the rows stay, because short-name history refers to their ids
-- source docs/specs/statements.md section 6 step 3
WITH duplicates AS (
       SELECT unnest(duplicate_ids) AS statement_id FROM period_statements
     ),
     removed AS (
       DELETE FROM statement_invoices AS link
        USING duplicates
        WHERE link.statement_id = duplicates.statement_id
    RETURNING link.statement_id
     ),
     emptied AS (
       UPDATE statements AS statement
          SET is_empty = true,
              notification_status_code = CASE WHEN notification_status_code = 'PENDING'
                                              THEN 'SKIP' ELSE notification_status_code END
         FROM duplicates
        WHERE statement.id = duplicates.statement_id
          AND (NOT statement.is_empty OR statement.notification_status_code = 'PENDING')
    RETURNING statement.id
     )
SELECT (SELECT count(*) FROM removed) AS removed,
       (SELECT count(*) FROM emptied) AS emptied
