-- Change a slip; what is null stays. Balances change by an amount, so that what the API did meanwhile is kept.
-- in     number, now (naive UTC), status, version, remaining_change, cas_mismatch
-- out    nothing
-- again  only inside the transaction that closes the operation
UPDATE routing_slips
   SET status             = coalesce(:status, status),
       cas_version_suffix = coalesce(:version, cas_version_suffix),
       remaining_amount   = remaining_amount + :remaining_change,
       cas_mismatch       = coalesce(:cas_mismatch, cas_mismatch),
       updated_on         = :now,
       updated_by         = NULL,
       updated_name       = NULL
 WHERE number = :number
