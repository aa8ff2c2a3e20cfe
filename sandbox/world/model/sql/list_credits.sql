-- Every credit, with what was applied of it.
SELECT cfs_identifier, CAST(amount AS numeric(19,2)), CAST(remaining_amount AS numeric(19,2)),
       (SELECT CAST(coalesce(sum(amount_applied), 0) AS numeric(19,2)) FROM applied_credits
         WHERE credit_id = credits.id)
  FROM credits
