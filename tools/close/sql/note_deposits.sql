-- Note the deposit of each routing slip that was made on a recorded day, as it is counted at its end; of all slips where
-- none is noted yet: the API overwrites it where it is corrected.
-- in     since, until (naive UTC): the day
-- out    nothing
-- again  a deposit is noted once; of one that was corrected before, the correction tells it
INSERT INTO pay_jobs.slip_movements (slip, kind, amount, moved_on)
SELECT slip.number, 'deposited', slip.total, slip.created_on AT TIME ZONE 'UTC'
  FROM routing_slips AS slip
 WHERE slip.created_on < :until
   AND (slip.created_on >= :since
        OR NOT EXISTS (SELECT FROM pay_jobs.slip_movements WHERE kind = 'deposited'))
   AND NOT EXISTS (SELECT FROM pay_jobs.slip_movements AS noted
                    WHERE noted.slip = slip.number
                      AND noted.kind IN ('deposited', 'corrected'))
