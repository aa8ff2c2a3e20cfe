-- List what became of lines of a feedback file.
-- in     key: the object's, lines bigint[]
-- out    line, outcome
-- again  reads only
SELECT line.line, line.outcome || coalesce(' ' || nullif(line.rule, ''), '') AS outcome
  FROM pay_jobs.inbound_files AS inbound
  JOIN pay_jobs.feedback_lines AS line ON line.file_id = inbound.id
 WHERE inbound.object_key = :key AND line.line = ANY (:lines)
