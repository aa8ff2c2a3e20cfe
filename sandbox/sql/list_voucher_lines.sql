-- List the lines of a batch of journal vouchers.
-- in     batch
-- out    journal, invoice, amount, GL of the payee, GL of the payer, name of the account
-- again  reads only
SELECT journal.id, invoice.id, CAST(part.amount AS numeric(19,2)), part.gl, concat(
           payer.client, payer.responsibility_centre, payer.service_line, payer.stob, payer.project_code
       ), account.name
  FROM ejv_headers AS journal
  JOIN ejv_links AS link ON link.ejv_header_id = journal.id
  JOIN invoices AS invoice ON invoice.id = link.link_id
  JOIN payment_accounts AS account ON account.id = journal.payment_account_id
  JOIN distribution_codes AS payer ON payer.account_id = account.id
  JOIN payment_line_items AS item ON item.invoice_id = invoice.id AND item.line_item_status_code = 'ACTIVE'
  JOIN distribution_codes AS fee ON fee.distribution_code_id = item.fee_distribution_id
  LEFT JOIN distribution_codes AS service ON service.distribution_code_id = fee.service_fee_distribution_code_id
 CROSS JOIN LATERAL (VALUES
           (1, item.total,
            concat(fee.client, fee.responsibility_centre, fee.service_line, fee.stob, fee.project_code)),
           (2, item.service_fees,
            concat(service.client, service.responsibility_centre, service.service_line, service.stob,
                   service.project_code))
       ) AS part (place, amount, gl)
 WHERE journal.ejv_file_id = %(batch)s
   AND part.amount > 0
 ORDER BY journal.id, link.id, item.id, part.place
