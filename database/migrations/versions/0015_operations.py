"""The one journal of operations outside and their steps; partial credits move into it."""

from importlib import import_module

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row an operation and one a step; a subject has one open operation at most.

    Partial credits keep their numbers: CFS has them in the comments of the memos.
    """
    op.execute(
        """
        CREATE TABLE pay_jobs.operations (
            id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind        text        NOT NULL,
            subject     text        NOT NULL,
            state       text        NOT NULL CHECK (state IN
                ('planned', 'sent', 'answered', 'lost', 'refused', 'done', 'dropped')),
            plan        jsonb       NOT NULL,
            amount      numeric(19,2),
            command     text        NOT NULL,
            why         text,
            reason      text,
            run_id      bigint,
            created_on  timestamptz NOT NULL DEFAULT clock_timestamp(),
            changed_on  timestamptz NOT NULL DEFAULT clock_timestamp(),
            finished_on timestamptz
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX ux_operations_open ON pay_jobs.operations (subject) WHERE state NOT IN ('done', 'dropped')"
    )
    op.execute("CREATE INDEX ix_operations_subject ON pay_jobs.operations (subject)")
    op.execute(
        """
        CREATE TABLE pay_jobs.operation_steps (
            operation_id bigint      NOT NULL REFERENCES pay_jobs.operations (id),
            kind         text        NOT NULL,
            subject      text        NOT NULL,
            number       integer     NOT NULL,
            state        text        NOT NULL CHECK (state IN ('sent', 'answered', 'lost', 'refused')),
            request      jsonb       NOT NULL,
            found        text        NOT NULL,
            answer       jsonb,
            attempts     integer     NOT NULL DEFAULT 0,
            run_id       bigint,
            sent_on      timestamptz,
            answered_on  timestamptz,
            PRIMARY KEY (operation_id, kind, subject)
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX ux_operation_steps_memo ON pay_jobs.operation_steps ((answer ->> 'credit_memo'))"
        " WHERE kind = 'create credit memo'"
    )
    op.execute(
        """
        INSERT INTO pay_jobs.operations (id, kind, subject, state, plan, amount, command, why, reason, run_id,
                                         created_on, changed_on, finished_on)
        OVERRIDING SYSTEM VALUE
        SELECT id, 'partial credit', 'invoice ' || invoice_id,
               CASE state WHEN 'intended' THEN 'sent' WHEN 'parked' THEN 'lost' WHEN 'answered' THEN 'answered'
                          WHEN 'done' THEN 'done' ELSE 'dropped' END,
               jsonb_build_object('parts', parts, 'refund_id', parts -> 0 -> 'refund_id',
                                  'site', jsonb_build_array(cfs_party, cfs_account, cfs_site)),
               amount,
               format('repair pad-partial-credit %s --memo %s --reason "..."', invoice_id, coalesce(memo, 'NUMBER')),
               why, reason, run_id, created_on, changed_on,
               CASE WHEN state IN ('done', 'refused', 'not_made') THEN changed_on END
          FROM pay_jobs.partial_credits
        """
    )
    op.execute(
        """
        INSERT INTO pay_jobs.operation_steps (operation_id, kind, subject, number, state, request, found, answer,
                                              attempts, run_id, sent_on, answered_on)
        SELECT id, 'create credit memo', 'for invoice ' || invoice_id, 1,
               CASE state WHEN 'intended' THEN 'sent' WHEN 'parked' THEN 'lost' WHEN 'answered' THEN 'answered'
                          WHEN 'done' THEN 'answered' ELSE 'refused' END,
               '{}', '',
               CASE WHEN memo IS NOT NULL THEN jsonb_build_object('credit_memo', memo, 'remaining', remaining::text)
                    WHEN why IS NOT NULL THEN jsonb_build_object('reason', why) END,
               1, run_id, created_on, CASE WHEN state <> 'intended' THEN changed_on END
          FROM pay_jobs.partial_credits
        """
    )
    op.execute(
        "SELECT setval(pg_get_serial_sequence('pay_jobs.operations', 'id'), max(id)) FROM pay_jobs.operations"
        " HAVING max(id) IS NOT NULL"
    )
    op.execute("DROP TABLE pay_jobs.partial_credits")


def downgrade() -> None:
    """Forget the journal."""
    op.execute("DROP TABLE pay_jobs.operation_steps")
    op.execute("DROP TABLE pay_jobs.operations")
    import_module("database.migrations.versions.0009_partial_credits").upgrade()
