-- Make the pick: one of some words, chosen by the dice.
-- in     nothing
-- out    a function that lives as long as the session
-- again  replaced
CREATE OR REPLACE FUNCTION pg_temp.pick(n bigint, question text, words text[])
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN words[1 + pg_temp.dice(n, question, cardinality(words))]
