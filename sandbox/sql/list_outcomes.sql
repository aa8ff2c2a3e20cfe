-- List what can have become of an invoice by the end of the week, and what its rows then say.
-- in     nothing
-- out    temporary table demo_outcomes
-- again  gone when the transaction ends
CREATE TEMPORARY TABLE demo_outcomes ON COMMIT DROP AS
SELECT *
  FROM (VALUES
       ('PAID',             'PAID',             'COMPLETED', TRUE,  FALSE),
       ('PART_PAID',        'PARTIAL_PAID',     'ACTIVE',    TRUE,  FALSE),
       ('CREDITED',         'CREDITED',         'COMPLETED', TRUE,  TRUE),
       ('REFUND_REQUESTED', 'REFUND_REQUESTED', 'COMPLETED', TRUE,  TRUE),
       ('REFUNDED',         'REFUNDED',         'COMPLETED', TRUE,  TRUE),
       ('WAITING',          'APPROVED',         'ACTIVE',    FALSE, FALSE),
       ('UNSENT',           'APPROVED',         NULL,        FALSE, FALSE),
       ('REJECTED',         'APPROVED',         'CANCELLED', FALSE, FALSE),
       ('BOUNCED',          'SETTLEMENT_SCHED', 'ACTIVE',    FALSE, FALSE),
       ('SCHEDULED',        'SETTLEMENT_SCHED', 'ACTIVE',    FALSE, FALSE),
       ('OPEN',             'CREATED',          'ACTIVE',    FALSE, FALSE),
       ('NEW',              'CREATED',          NULL,        FALSE, FALSE),
       ('CANCELLED',        'CANCELLED',        NULL,        FALSE, FALSE),
       ('DELETED',          'DELETED',          'CANCELLED', FALSE, FALSE)
  ) AS outcome (outcome, status, reference, paid, refunded)
