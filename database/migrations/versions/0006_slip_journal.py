"""The journal of the routing slip job: what was planned for a slip, and each step of it."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row an operation on a slip, and one a step; a slip has one operation in work at most."""
    op.execute(
        """
        CREATE TABLE pay_jobs.slip_operations (
            id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            slip        text        NOT NULL,
            kind        text        NOT NULL CHECK (kind IN
                ('link', 'void', 'nsf', 'correction', 'refund', 'write_off', 'void_transactions')),
            state       text        NOT NULL DEFAULT 'planned' CHECK (state IN
                ('planned', 'running', 'parked', 'done', 'dropped')),
            plan        jsonb       NOT NULL,
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
        "CREATE UNIQUE INDEX ux_slip_operations_in_work ON pay_jobs.slip_operations (slip)"
        " WHERE state IN ('planned', 'running', 'parked')"
    )
    op.execute("CREATE INDEX ix_slip_operations_slip ON pay_jobs.slip_operations (slip)")
    op.execute(
        """
        CREATE TABLE pay_jobs.slip_steps (
            operation_id bigint      NOT NULL REFERENCES pay_jobs.slip_operations (id),
            kind         text        NOT NULL,
            subject      text        NOT NULL,
            number       integer     NOT NULL,
            state        text        NOT NULL CHECK (state IN
                ('intended', 'lost', 'refused', 'done', 'already_true')),
            request      jsonb       NOT NULL,
            found        text        NOT NULL,
            answer       jsonb,
            attempts     integer     NOT NULL DEFAULT 0,
            run_id       bigint,
            intended_on  timestamptz,
            answered_on  timestamptz,
            PRIMARY KEY (operation_id, kind, subject)
        )
        """
    )


def downgrade() -> None:
    """Forget the journal."""
    op.execute("DROP TABLE pay_jobs.slip_steps")
    op.execute("DROP TABLE pay_jobs.slip_operations")
