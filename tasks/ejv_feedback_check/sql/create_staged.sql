-- Create the table that holds the lines of one batch as they were read.
-- in     -
-- out    temporary table feedback_staged
-- again  it is dropped at the end of the transaction
CREATE TEMPORARY TABLE feedback_staged (
       line           integer NOT NULL,
       record         text    NOT NULL,
       journal        integer,
       journal_line   integer,
       effective_date date,
       amount         numeric(19,2),
       side           text,
       subject        text,
       form           text,
       invoice_id     integer,
       partner_id     integer,
       refund_id      integer,
       receipt        text,
       code           text,
       message        text,
       fault          text    NOT NULL
) ON COMMIT DROP
