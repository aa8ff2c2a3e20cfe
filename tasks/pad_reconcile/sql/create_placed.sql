-- Create the table that says what the credit memo lines of a wave found.
-- out    temporary table settlement_placed: a memo line, the amount that found an invoice, and the rest
CREATE TEMPORARY TABLE settlement_placed (
       line           integer       NOT NULL,
       kind           text          NOT NULL,
       application_id bigint,
       placed         numeric(19,2) NOT NULL,
       unplaced       numeric(19,2) NOT NULL
) ON COMMIT DROP
