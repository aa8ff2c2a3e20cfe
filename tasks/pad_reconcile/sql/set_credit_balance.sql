-- Set what remains of one credit, and the site it was found on.
-- in     id, before (the balance that was looked up), remaining, site
-- out    one row if it changed
-- again  a credit that changed meanwhile, or is right already, is left alone
UPDATE credits
   SET remaining_amount = :remaining,
       cfs_site = :site
 WHERE id = :id
   AND CAST(remaining_amount AS numeric(19,2)) = :before
   AND (CAST(remaining_amount AS numeric(19,2)) <> :remaining OR cfs_site IS DISTINCT FROM :site)
