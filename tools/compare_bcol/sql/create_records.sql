-- Create the table that the billing records of one export are staged in.
-- out    temporary table bcol_records
-- again  in a later transaction: it is dropped with this one
CREATE TEMPORARY TABLE bcol_records (
       key    text,
       line   integer,
       amount numeric(19,2),
       day    date
     ) ON COMMIT DROP
