-- Stop journals on distribution codes.
-- in     ids (choose_partner_gl.sql, choose_account_gl.sql), now (naive UTC)
-- out    nothing
UPDATE distribution_codes
   SET stop_ejv   = true,
       updated_on = :now
 WHERE distribution_code_id = ANY (:ids)
