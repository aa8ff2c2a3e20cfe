-- Whether an invoice is the NSF fee of a bounce: a line of it is of the fee's schedule.
-- in     the alias of the invoice, in place of the name in braces
-- out    a condition
-- again  reads only
-- source docs/specs/routing-slips.md section 3.4
EXISTS (SELECT FROM payment_line_items AS line
          JOIN fee_schedules AS schedule
            ON schedule.fee_schedule_id = line.fee_schedule_id
         WHERE line.invoice_id = {alias}.id
           AND schedule.filing_type_code = 'NSF'
           AND schedule.corp_type_code = 'BCR')
