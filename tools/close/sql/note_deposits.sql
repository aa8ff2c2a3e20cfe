-- Note the deposit of each routing slip that is not known yet, as it is counted at the end of a recorded day: the API
-- overwrites it where it is corrected.
-- in     until (naive UTC): the end of the day
-- again  a deposit is noted once; of one that was corrected before, the correction tells it
INSERT INTO pay_jobs.slip_movements (slip, kind, amount, moved_on)
SELECT slip.number, 'deposited', slip.total, slip.created_on AT TIME ZONE 'UTC'
  FROM closing_slips AS slip
 WHERE slip.created_on < :until
   AND NOT EXISTS (SELECT FROM pay_jobs.slip_movements AS noted
                    WHERE noted.slip = slip.number
                      AND noted.kind IN ('deposited', 'corrected'))
