-- Where the floor takes the rows of the file in.
CREATE TEMPORARY TABLE file_rows (record_type text, source_type text, source_number text, application_id integer,
       application_date date, amount numeric(19,2), customer_account text, target_type text, target_number text,
       original_amount numeric(19,2), outstanding_amount numeric(19,2), status text, reason_code text, reason text)
       ON COMMIT DROP
