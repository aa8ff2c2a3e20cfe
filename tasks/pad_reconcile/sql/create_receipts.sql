-- Create the table of the online banking receipts that customers are mailed about.
-- out    temporary table settlement_receipts
CREATE TEMPORARY TABLE settlement_receipts (
       file_id            bigint        NOT NULL,
       line               integer       NOT NULL,
       source_number      text          NOT NULL,
       amount             numeric(19,2) NOT NULL,
       credit_amount      numeric(19,2) NOT NULL,
       is_over            boolean       NOT NULL,
       is_under           boolean       NOT NULL,
       payment_account_id integer       NOT NULL,
       auth_account_id    text
) ON COMMIT DROP
