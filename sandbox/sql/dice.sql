-- Make the dice: a number from 0 to sides - 1 that depends on the row, the question and the seed alone.
-- in     seed bigint
-- out    a function that lives as long as the session
-- again  replaced
CREATE OR REPLACE FUNCTION pg_temp.dice(n bigint, question text, sides bigint)
RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN mod(hashint8extended(n, hashtextextended(question, %(seed)s)) & 9223372036854775807, sides)::integer
