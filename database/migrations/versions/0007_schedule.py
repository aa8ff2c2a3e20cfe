"""Who carries out which scheduled instant, and what people were told."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a scheduled instant that somebody took; one row a failure that was told."""
    op.execute(
        """
        CREATE TABLE pay_jobs.scheduled_runs (
            id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            job           text        NOT NULL,
            scheduled_for timestamptz NOT NULL,
            owner         text        NOT NULL,
            owner_key     bigint      NOT NULL,
            attempt       integer     NOT NULL DEFAULT 1,
            run_id        bigint,
            state         text        NOT NULL DEFAULT 'begun' CHECK (state IN ('begun', 'done', 'failed', 'given_up')),
            exit_code     integer,
            claimed_on    timestamptz NOT NULL DEFAULT clock_timestamp(),
            finished_on   timestamptz,
            UNIQUE (job, scheduled_for)
        )
        """
    )
    op.execute("CREATE INDEX ix_scheduled_runs_begun ON pay_jobs.scheduled_runs (job) WHERE state = 'begun'")
    op.execute(
        """
        CREATE TABLE pay_jobs.notices (
            fingerprint text        PRIMARY KEY,
            job         text        NOT NULL,
            first_on    timestamptz NOT NULL DEFAULT clock_timestamp(),
            sent_on     timestamptz,
            unsent      integer     NOT NULL DEFAULT 0
        )
        """
    )


def downgrade() -> None:
    """Forget both."""
    op.execute("DROP TABLE pay_jobs.notices")
    op.execute("DROP TABLE pay_jobs.scheduled_runs")
