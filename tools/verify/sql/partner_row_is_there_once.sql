-- A partner that is paid, or has to pay back, the same thing twice.
-- source docs/specs/cgi-ejv-files.md section 5
SELECT 'partner disbursement ' || max(partner.id) AS row,
       CASE lower(partner.target_type) WHEN 'invoice' THEN 'explain invoice ' || partner.target_id
                                       ELSE 'ejv search ' || partner.target_id END AS next,
       CAST(NULL AS integer) AS account_id,
       max(partner.created_on) AS day,
       format('one row for %s of %s %s', partner.partner_code, lower(partner.target_type), partner.target_id) AS expected,
       string_agg(format('%s (%s)', partner.id, partner.status_code), ', ' ORDER BY partner.id) AS found
  FROM partner_disbursements AS partner
 WHERE partner.status_code NOT IN ('CANCELLED')
   AND partner.target_id IS NOT NULL
   AND lower(partner.target_type) IN ('invoice', 'partial_refund')
 GROUP BY partner.partner_code, lower(partner.target_type), partner.target_id, partner.is_reversal
HAVING count(*) > 1
