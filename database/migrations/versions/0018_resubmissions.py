"""Resubmissions move into the one journal of operations."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep each with its steps; a name is used once, and a batch goes again once a business day."""
    op.execute(
        """
        INSERT INTO pay_jobs.operations (kind, subject, state, plan, amount, command, why, reason, run_id, created_on,
                                         changed_on, finished_on)
        SELECT 'resubmission', 'batch ' || batch_number,
               CASE state WHEN 'begun' THEN 'planned' WHEN 'data_sent' THEN 'answered' WHEN 'triggering' THEN 'sent'
                          WHEN 'done' THEN 'done' ELSE 'dropped' END,
               jsonb_build_object('batch', batch_number, 'old_name', old_name, 'new_name', new_name,
                                  'object_key', object_key, 'sha256', sha256,
                                  'business_day', business_day::text, 'begun_on', begun_on),
               (SELECT max(total.amount)::numeric(19,2)
                  FROM pay_jobs.cgi_files AS inbox
                  JOIN pay_jobs.cgi_mentions AS total
                    ON total.cgi_file_id = inbox.id
                   AND total.kind = 'batch'
                   AND total.number = batch_number::text
                 WHERE inbox.name = old_name
                   AND inbox.kind = 'inbox'),
               'EJV_FEEDBACK_CHECK', coalesce(note, old_name || ' as ' || new_name || ' on ' || business_day),
               reason, run_id, begun_on, coalesce(done_on, begun_on),
               CASE WHEN state IN ('done', 'given_up') THEN coalesce(done_on, begun_on) END
          FROM pay_jobs.resubmissions
         ORDER BY id
        """
    )
    op.execute(
        """
        INSERT INTO pay_jobs.operation_steps (operation_id, kind, subject, number, state, request, found, answer,
                                              attempts, run_id, sent_on, answered_on)
        SELECT operation.id, step.kind, step.subject, step.number,
               CASE WHEN step.number = 2 AND old.state = 'triggering' THEN 'sent' ELSE 'answered' END,
               '{}', '', step.answer, 1, old.run_id, old.begun_on, coalesce(old.done_on, old.begun_on)
          FROM pay_jobs.resubmissions AS old
          JOIN pay_jobs.operations AS operation
            ON operation.plan ->> 'new_name' = old.new_name
         CROSS JOIN LATERAL (VALUES
               (1, 'send data file', old.new_name, NULL),
               (2, 'send trigger', old.new_name || '.TRG',
                CASE WHEN old.done_on IS NOT NULL THEN jsonb_build_object('sent_on', old.done_on) END))
               AS step (number, kind, subject, answer)
         WHERE old.state IN ('triggering', 'done')
            OR (old.state = 'data_sent' AND step.number = 1)
        """
    )
    op.execute("DROP TABLE pay_jobs.resubmissions")
    op.execute(
        "CREATE UNIQUE INDEX ux_operations_new_name ON pay_jobs.operations ((plan ->> 'new_name'))"
        " WHERE kind = 'resubmission'"
    )
    op.execute(
        "CREATE UNIQUE INDEX ux_operations_day ON pay_jobs.operations (subject, (plan ->> 'business_day'))"
        " WHERE kind = 'resubmission' AND state <> 'dropped'"
    )


def downgrade() -> None:
    """Forget what was sent again."""
    op.execute("DROP INDEX pay_jobs.ux_operations_day")
    op.execute("DROP INDEX pay_jobs.ux_operations_new_name")
    op.execute(
        "DELETE FROM pay_jobs.operation_steps WHERE operation_id IN"
        " (SELECT id FROM pay_jobs.operations WHERE kind = 'resubmission')"
    )
    op.execute("DELETE FROM pay_jobs.operations WHERE kind = 'resubmission'")
    op.execute(
        """
        CREATE TABLE pay_jobs.resubmissions (
            id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            batch_number integer     NOT NULL,
            old_name     text        NOT NULL,
            new_name     text        NOT NULL UNIQUE,
            object_key   text        NOT NULL,
            size_bytes   bigint      NOT NULL,
            sha256       text        NOT NULL,
            business_day date        NOT NULL,
            state        text        NOT NULL CHECK (state IN ('begun', 'data_sent', 'triggering', 'done', 'given_up')),
            reason       text        NOT NULL,
            run_id       bigint,
            begun_on     timestamptz NOT NULL,
            done_on      timestamptz,
            note         text
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX ix_resubmissions_day ON pay_jobs.resubmissions (batch_number, business_day)"
        " WHERE state <> 'given_up'"
    )
