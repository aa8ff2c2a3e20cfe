-- Keep only the rows of the work table that were rejected, to try them again.
-- in     numbers text[]: only rows about these CFS numbers; null for all
-- out    the number of rows taken out
-- again  rows that are rejected once more stay rejected
DELETE FROM settlement_staged AS staged
 WHERE NOT EXISTS (
         SELECT FROM pay_jobs.settlement_rows AS kept
          WHERE kept.file_id = staged.file_id
            AND kept.line = staged.line
            AND kept.outcome = 'rejected'
            AND (CAST(:numbers AS text[]) IS NULL OR kept.target_number = ANY (CAST(:numbers AS text[]))))
