-- Note what moved the balance of a slip: the pay tables keep the balance alone, and the API changes it before we do.
-- in     slip, kind, before (the deposit as it was, of a correction), amount (positive where more is left), now
--        (naive UTC)
-- out    nothing
-- again  only inside the transaction that closes the operation
INSERT INTO pay_jobs.slip_movements (slip, kind, before, amount, moved_on)
SELECT :slip, :kind, CAST(:before AS numeric), :amount, CAST(:now AS timestamp) AT TIME ZONE 'UTC'
