-- A link of a journal whose state is not that of the lines this service has read about it.
-- in     since: naive UTC, null for ever; only as much is read as rows of that day and later need
--        The lines are read once: joined to BH and JH, which are rare among them, they were for each line
-- source docs/specs/cgi-ejv-files.md sections 4 and 7, weakness 19: accepted where every line of it, JH and BH are; of an
--        AP item its own lines decide. A partner's partial refund names the refund in its partner row only
WITH told AS (
       SELECT line.batch_number, line.journal, line.subject, line.record, line.outcome, line.code = '0000' AS is_accepted,
              bool_and(line.code = '0000') FILTER (WHERE line.record = 'BH') OVER batch AS batch_is_accepted,
              bool_and(line.code = '0000') FILTER (WHERE line.record = 'JH') OVER title AND line.journal IS NOT NULL
                AS title_is_accepted
         FROM pay_jobs.feedback_lines AS line
        WHERE line.file_id >= :first_file
       WINDOW batch AS (PARTITION BY line.file_id, line.batch_number),
              title AS (PARTITION BY line.file_id, line.batch_number, line.journal)
     )
SELECT 'link ' || link.id AS row,
       'explain batch ' || answer.batch_number AS next,
       header.payment_account_id AS account_id,
       batch.created_on AS day,
       CASE WHEN answer.is_accepted THEN 'COMPLETED' ELSE 'ERRORED' END AS expected,
       format('%s of %s %s', coalesce(link.disbursement_status_code, 'none'), coalesce(link.link_type, 'invoice'), link.link_id)
           AS found
  FROM (SELECT spoken.batch_number, spoken.journal, spoken.link_type, spoken.link_id,
               bool_and(spoken.is_accepted) AS is_accepted
          FROM (SELECT line.batch_number, line.journal,
                       CASE WHEN line.subject LIKE '%-PR%' THEN 'partial_refund' ELSE 'invoice' END AS link_type,
                       CASE WHEN line.subject LIKE '%-PR'
                            THEN (SELECT partner.target_id FROM partner_disbursements AS partner
                                   WHERE partner.id = CAST(split_part(line.subject, '-', 2) AS integer))
                            WHEN line.subject LIKE '%-PR-%' THEN CAST(split_part(line.subject, '-', 3) AS integer)
                            ELSE CAST(split_part(line.subject, '-', 1) AS integer) END AS link_id,
                       line.is_accepted AND line.batch_is_accepted AND coalesce(line.title_is_accepted, false) AS is_accepted
                  FROM told AS line
                 WHERE line.record = 'JD'
                   AND line.outcome = 'applied'
                   AND line.batch_is_accepted IS NOT NULL
                   AND line.subject ~ '^[0-9]{1,9}(-[0-9]{1,9}|-[0-9]{1,9}-PR|-PR-[0-9]{1,9})?$'
                 UNION ALL
                SELECT line.batch_number, NULL, 'invoice', CAST(line.subject AS integer), line.is_accepted
                  FROM told AS line
                 WHERE line.record IN ('IH', 'IL', 'NA', 'IC')
                   AND line.outcome = 'applied'
                   AND line.subject ~ '^[0-9]{1,9}$') AS spoken
         GROUP BY spoken.batch_number, spoken.journal, spoken.link_type, spoken.link_id) AS answer
  JOIN ejv_headers AS header
    ON header.ejv_file_id = answer.batch_number
   AND header.id = coalesce(answer.journal, header.id)
  JOIN ejv_files AS batch
    ON batch.id = answer.batch_number
  JOIN ejv_links AS link
    ON link.ejv_header_id = header.id
   AND coalesce(link.link_type, 'invoice') = answer.link_type
   AND link.link_id = answer.link_id
 WHERE link.disbursement_status_code IS DISTINCT FROM CASE WHEN answer.is_accepted THEN 'COMPLETED' ELSE 'ERRORED' END
