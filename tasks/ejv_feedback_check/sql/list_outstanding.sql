-- List the batches that wait for an answer or have half of one, and those that were answered lately. What an AP batch still
-- owes once it was answered is not counted here (list_owed.sql).
-- in     since timestamp (naive UTC): how far back an answered batch is shown, owing bigint[]: AP batches that owe something
-- out    one row a batch, the oldest first; amounts in CAD
-- again  reads only
-- source docs/specs/cgi-ejv-files.md section 8
WITH open_links AS MATERIALIZED (
       SELECT (SELECT header.ejv_file_id FROM ejv_headers AS header WHERE header.id = link.ejv_header_id) AS batch,
              link.link_type, link.link_id
         FROM ejv_links AS link
        WHERE coalesce(link.disbursement_status_code, '') NOT IN ('COMPLETED', 'ERRORED')
     ),
     open_batches AS (
       SELECT open.batch, count(*) AS items,
              sum(CASE WHEN open.link_type = 'partial_refund'
                       THEN (SELECT refund.refund_amount FROM refunds_partial AS refund WHERE refund.id = open.link_id)
                       WHEN coalesce(open.link_type, 'invoice') = 'invoice'
                       THEN (SELECT CASE file.file_type WHEN 'PAYMENT' THEN invoice.total
                                                        ELSE invoice.total - coalesce(invoice.service_fees, 0) END
                               FROM invoices AS invoice WHERE invoice.id = open.link_id) END) AS amount
         FROM open_links AS open
         JOIN ejv_files AS file
           ON file.id = open.batch
        GROUP BY open.batch
     ),
     chosen AS (
       SELECT file.*, coalesce(links.items, 0) AS open_links, links.amount AS open_amount
         FROM ejv_files AS file
         LEFT JOIN open_batches AS links
           ON links.batch = file.id
        WHERE coalesce(file.disbursement_status_code, '') NOT IN ('COMPLETED', 'ERRORED')
           OR links.batch IS NOT NULL
           OR file.id = ANY (CAST(:owing AS bigint[]))
           OR file.completed_on >= :since
     )
SELECT chosen.id AS batch, chosen.file_type, chosen.file_ref, chosen.created_on, chosen.disbursement_status_code AS status,
       chosen.ack_file_ref, chosen.feedback_file_ref,
       CASE WHEN chosen.open_links > 0 THEN chosen.open_links
            WHEN chosen.disbursement_status_code IN ('COMPLETED', 'ERRORED') THEN 0
            ELSE (SELECT count(*) FROM pay_jobs.cgi_mentions AS item
                   WHERE item.cgi_file_id = inbox.id AND item.kind = 'ap') END AS open_items,
       CASE WHEN chosen.open_links > 0 THEN chosen.open_amount
            WHEN chosen.disbursement_status_code IN ('COMPLETED', 'ERRORED') THEN 0
            ELSE (SELECT max(total.amount) FROM pay_jobs.cgi_mentions AS total
                   WHERE total.cgi_file_id = inbox.id AND total.kind = 'batch') END AS amount,
       EXISTS (SELECT FROM pay_jobs.feedback_batches AS batch
                WHERE batch.batch_number = chosen.id AND batch.state = 'applied') AS is_applied,
       answer.name AS answer_name, answer.state AS answer_state, answer.reason AS answer_reason,
       again.new_name AS resubmitted_as,
       CASE again.state WHEN 'done' THEN <<chosen.sent_on>> END AS resubmitted_on, again.state AS resubmission_state
  FROM chosen
  LEFT JOIN LATERAL (SELECT id FROM pay_jobs.cgi_files WHERE name = chosen.file_ref ORDER BY id LIMIT 1) AS inbox
    ON true
  LEFT JOIN LATERAL (SELECT * FROM (
                       SELECT file.name, batch.state, batch.reason, file.received_on
                         FROM pay_jobs.feedback_batches AS batch
                         JOIN pay_jobs.inbound_files AS file
                           ON file.id = batch.file_id
                        WHERE batch.batch_number = chosen.id
                          AND batch.state IN ('waiting', 'held')
                          AND file.state <> 'ignored'
                        UNION ALL
                       SELECT file.name, 'in the bucket', NULL, file.indexed_on
                         FROM pay_jobs.cgi_mentions AS mention
                         JOIN pay_jobs.cgi_files AS file
                           ON file.id = mention.cgi_file_id
                        WHERE mention.kind = 'batch'
                          AND mention.number = CAST(chosen.id AS text)
                          AND file.kind = 'feedback'
                          AND NOT EXISTS <<file.states_taken_in>>) AS found
                      ORDER BY received_on DESC, name LIMIT 1) AS answer
    ON true
  LEFT JOIN LATERAL (SELECT operation.plan ->> 'new_name' AS new_name, operation.state
                       FROM pay_jobs.operations AS operation
                      WHERE operation.subject = 'batch ' || chosen.id
                        AND operation.kind = 'resubmission'
                        AND operation.state <> 'dropped'
                      ORDER BY operation.id DESC LIMIT 1) AS again
    ON true
 ORDER BY chosen.created_on, chosen.id
