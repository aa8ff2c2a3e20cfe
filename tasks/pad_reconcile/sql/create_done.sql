-- Create the table that collects the rows of one file with their outcome.
-- in     -
-- out    temporary table settlement_done
-- again  it is dropped at the end of the transaction
CREATE TEMPORARY TABLE settlement_done (
       LIKE settlement_staged,
       outcome            text          NOT NULL,
       payment_account_id integer
) ON COMMIT DROP
