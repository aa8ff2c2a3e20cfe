-- Where the floor takes the lines of the file in.
CREATE TEMPORARY TABLE lines (line integer, journal integer, day date, amount numeric(19,2), side text,
       invoice_id integer, code text, message text) ON COMMIT DROP
