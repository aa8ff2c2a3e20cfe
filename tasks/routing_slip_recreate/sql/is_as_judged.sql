-- Tell whether a slip is still what was judged.
-- in     number, status, total
-- out    one boolean
-- again  reads only
SELECT EXISTS (
           SELECT 1
             FROM routing_slips
            WHERE number = :number
              AND status = :status
              AND total = :total
       )
