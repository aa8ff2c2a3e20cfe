-- Write on the partner disbursements how they went. A refused line needs attention; where BH or JH refuses all, they wait
-- for the next run.
-- in     now (naive UTC)
-- again  the same values are written
-- source docs/specs/cgi-ejv-files.md section 7.2: reports to partners sum rows by feedback_on
UPDATE partner_disbursements AS partner
   SET status_code  = CASE WHEN item.is_accepted AND partner.is_reversal THEN 'REVERSED'
                           WHEN item.is_accepted THEN 'COMPLETED'
                           WHEN item.refused_line IS NULL THEN 'WAITING_FOR_JOB'
                           ELSE 'ERRORED' END,
       feedback_on  = CASE WHEN item.is_accepted THEN item.effective_date ELSE partner.feedback_on END,
       processed_on = :now
  FROM feedback_items AS item
 WHERE item.outcome = 'applied'
   AND item.rule <> 'settled_before'
   AND (partner.id = item.partner_id
        OR item.form = 'SILENT'
           AND partner.status_code = 'UPLOADED'
           AND partner.target_id = item.link_id
           AND lower(partner.target_type) = item.link_type
           AND partner.partner_code = item.partner_code)
