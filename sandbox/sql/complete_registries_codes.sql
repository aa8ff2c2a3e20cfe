-- Complete the seeded BC Registries codes, which lack segments, and point them at the service fee code.
-- in     nothing
-- out    one row per code completed
-- again  a code with segments is left alone
UPDATE distribution_codes AS code
   SET client = coalesce(code.client, '112'),
       responsibility_centre = coalesce(code.responsibility_centre, '10002'),
       service_line = coalesce(code.service_line, '0023' || code.distribution_code_id),
       stob = coalesce(code.stob, '0400'),
       project_code = coalesce(code.project_code, '000400' || code.distribution_code_id),
       service_fee_distribution_code_id = 8
 WHERE code.distribution_code_id < 8
   AND code.service_fee_distribution_code_id IS NULL
