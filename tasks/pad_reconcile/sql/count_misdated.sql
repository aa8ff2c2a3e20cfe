-- Count the rows of the file whose application date is not near the date in its name.
-- in     first_day, day date: the days that are near
-- out    one number
-- again  reads only
SELECT count(*)
  FROM settlement_work
 WHERE application_date NOT BETWEEN :first_day AND :day
