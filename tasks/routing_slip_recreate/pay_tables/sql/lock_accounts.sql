-- Hold the INTERNAL CFS accounts of a slip and its children until the transaction ends.
-- in     root
-- out    their ids
-- again  harmless
SELECT account.id
  FROM cfs_accounts AS account
 WHERE account.payment_method = 'INTERNAL'
   AND account.account_id IN (
       SELECT slip.payment_account_id
         FROM routing_slips AS slip
        WHERE slip.number = :root
           OR slip.parent_number = :root
       )
 ORDER BY account.id
   FOR UPDATE
