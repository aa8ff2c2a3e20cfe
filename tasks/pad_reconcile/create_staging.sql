-- Create the tables in which one file is worked on.
-- in     -
-- out    temporary tables settlement_staged (the rows as read) and settlement_done (the rows with their outcome)
-- again  both are dropped at the end of the transaction
CREATE TEMPORARY TABLE settlement_staged (
       file_id            bigint        NOT NULL,
       line               integer       NOT NULL,
       kind               text          NOT NULL,
       rule               text          NOT NULL,
       detail             text          NOT NULL,
       record_type        text          NOT NULL,
       source_type        text          NOT NULL,
       source_number      text          NOT NULL,
       application_id     integer,
       application_date   date,
       amount             numeric(19,2) NOT NULL,
       customer_account   text          NOT NULL,
       target_type        text          NOT NULL,
       target_number      text          NOT NULL,
       original_amount    numeric(19,2) NOT NULL,
       outstanding_amount numeric(19,2) NOT NULL,
       status             text          NOT NULL,
       reversal_reason    text,
       content_hash       uuid          NOT NULL,
       wave               integer       NOT NULL DEFAULT 0
) ON COMMIT DROP;

CREATE TEMPORARY TABLE settlement_done (
       LIKE settlement_staged,
       outcome            text          NOT NULL,
       payment_account_id integer
) ON COMMIT DROP;
