-- A partner that is paid, or has to pay back, the same thing twice: rows go there and back by turns.
-- source docs/specs/cgi-ejv-files.md section 5.1
SELECT 'partner disbursement ' || doubled.id AS row,
       CASE doubled.kind WHEN 'invoice' THEN 'explain invoice ' || doubled.target_id
                         ELSE 'ejv search ' || doubled.target_id END AS next,
       CAST(NULL AS integer) AS account_id,
       doubled.created_on AS day,
       format('one row for %s of %s %s', doubled.partner_code, doubled.kind, doubled.target_id) AS expected,
       doubled.same AS found,
       doubled.partner_code AS partner,
       doubled.amount
  FROM (SELECT row.*,
               lag(row.is_reversal) OVER (PARTITION BY row.partner_code, row.kind, row.target_id ORDER BY row.id) AS before,
               string_agg(format('%s (%s)', row.id, row.status_code), ', ')
                 OVER (PARTITION BY row.partner_code, row.kind, row.target_id, row.is_reversal ORDER BY row.id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS same
          FROM (SELECT id, created_on, amount, partner_code, is_reversal, status_code, target_id,
                       lower(target_type) AS kind
                  FROM partner_disbursements
                 WHERE status_code <> 'CANCELLED'
                   AND target_id IS NOT NULL
                   AND lower(target_type) IN ('invoice', 'partial_refund')) AS row) AS doubled
 WHERE doubled.before = doubled.is_reversal
