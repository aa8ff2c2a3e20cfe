-- Create the table that holds the rows of one file as they were read.
-- in     -
-- out    temporary table settlement_staged
-- again  it is dropped at the end of the transaction
CREATE TEMPORARY TABLE settlement_staged (
       file_id            bigint        NOT NULL,
       line               integer       NOT NULL,
       kind               text          NOT NULL,
       rule               text          NOT NULL,
       detail             text          NOT NULL,
       record_type        text          NOT NULL,
       source_type        text          NOT NULL,
       source_number      text          NOT NULL,
       application_id     bigint,
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
) ON COMMIT DROP
