-- Find a distribution code.
-- in     code
-- out    its row
-- again  reads only
SELECT distribution_code_id, name, account_id, client, responsibility_centre, service_line, stob, project_code,
       end_date, coalesce(stop_ejv, false) AS is_stopped
  FROM distribution_codes WHERE distribution_code_id = :code
