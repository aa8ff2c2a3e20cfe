-- Find out whether any item of the staged batch was rejected, or any line of it could not be read.
-- in     nothing
-- out    one boolean
-- again  reads only
SELECT EXISTS (SELECT FROM feedback_items WHERE outcome = 'rejected')
    OR EXISTS (SELECT FROM feedback_staged WHERE fault <> '')
