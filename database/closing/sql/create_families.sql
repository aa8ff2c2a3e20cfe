-- The routing slips that these days are about: those that something is left of, that are not settled or are linked, that
-- were made or changed since, and those whose transactions or movements these days have.
-- in     since, until (naive UTC)
-- out    temporary table closing_families: number
CREATE TEMPORARY TABLE closing_families ON COMMIT DROP AS
WITH moved AS (
       SELECT noted.slip AS number
         FROM pay_jobs.slip_movements AS noted
        WHERE noted.moved_on >= CAST(:since AS timestamp) AT TIME ZONE 'UTC'
          AND noted.moved_on < CAST(:until AS timestamp) AT TIME ZONE 'UTC'
        UNION
       SELECT invoice.routing_slip
         FROM invoices AS invoice
        WHERE invoice.created_on >= :since
          AND invoice.created_on < :until
        UNION
       SELECT invoice.routing_slip
         FROM closing_given_up AS given_up
         JOIN invoices AS invoice
           ON invoice.id = given_up.invoice_id
     )
SELECT slip.number
  FROM routing_slips AS slip
 WHERE slip.remaining_amount IS DISTINCT FROM 0
    OR slip.status IN ('CORRECTION', 'NSF', 'LINKED')
    OR slip.parent_number IS NOT NULL
    OR slip.created_on >= :since
    OR slip.updated_on >= :since
    OR slip.number IN (SELECT number FROM moved WHERE number IS NOT NULL)
    OR slip.number IN (SELECT parent_number FROM routing_slips WHERE parent_number IS NOT NULL)
