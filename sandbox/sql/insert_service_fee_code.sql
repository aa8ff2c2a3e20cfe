-- Add the BC Registries GL that service fees are paid to.
-- in     nothing
-- out    distribution code 8
-- again  refused by the primary key
INSERT INTO distribution_codes (
       distribution_code_id, name, client, responsibility_centre, service_line, stob, project_code,
       start_date, created_on, created_by
)
VALUES (
       8, 'Service fees', '112', '10002', '00231', '0400', '0004000',
       '2020-01-01', '2020-01-01 08:00:00', 'sandbox'
)
