-- Change a slip; what is null stays. Balances change by an amount, so that what the API did meanwhile is kept.
-- in     number, now (naive UTC), status, version, remaining_change
-- out    nothing
-- again  only inside the transaction that closes the operation
UPDATE routing_slips
   SET status             = coalesce(:status, status),
       cas_version_suffix = coalesce(:version, cas_version_suffix),
       remaining_amount   = remaining_amount + :remaining_change,
       updated_on         = :now
 WHERE number = :number
