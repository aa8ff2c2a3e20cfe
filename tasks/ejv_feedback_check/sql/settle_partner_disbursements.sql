-- Write on the partner disbursements how they went. A refused line needs attention; where BH or JH refuses all, they wait
-- for the next run.
-- Of a link that no line speaks of, it is the row that its batch sent.
-- in     now (naive UTC)
-- out    nothing
-- again  the same values are written
-- source docs/specs/cgi-ejv-files.md section 7.2: reports to partners sum rows by feedback_on
WITH answered AS (
       SELECT partner_id, is_accepted, refused_line, effective_date
         FROM feedback_items
        WHERE outcome = 'applied'
          AND rule NOT IN ('settled_before', 'in_newer_batch')
        UNION ALL
       SELECT partner.id, item.is_accepted, item.refused_line, item.effective_date
         FROM feedback_items AS item
         JOIN ejv_headers AS journal
           ON journal.id = item.journal
         JOIN ejv_files AS batch
           ON batch.id = journal.ejv_file_id
         JOIN partner_disbursements AS partner
           ON partner.target_id = item.link_id
          AND lower(partner.target_type) = item.link_type
          AND partner.partner_code = item.partner_code
          AND partner.status_code = 'UPLOADED'
        WHERE item.form = 'SILENT'
          AND item.outcome = 'applied'
          AND item.rule NOT IN ('settled_before', 'in_newer_batch')
          AND <<partner.was_sent_in_batch>>
     )
UPDATE partner_disbursements AS partner
   SET status_code  = CASE WHEN answered.is_accepted AND partner.is_reversal THEN 'REVERSED'
                           WHEN answered.is_accepted THEN 'COMPLETED'
                           WHEN answered.refused_line IS NULL THEN 'WAITING_FOR_JOB'
                           ELSE 'ERRORED' END,
       feedback_on  = CASE WHEN answered.is_accepted THEN answered.effective_date ELSE partner.feedback_on END,
       processed_on = :now
  FROM answered
 WHERE partner.id = answered.partner_id
