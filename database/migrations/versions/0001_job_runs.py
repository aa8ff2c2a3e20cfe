"""The run ledger."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a run: what was asked, by whom, how it went."""
    op.execute(
        """
        CREATE TABLE pay_jobs.job_runs (
            id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            job           text        NOT NULL,
            arguments     jsonb       NOT NULL DEFAULT '{}',
            command       text        NOT NULL,
            shard_number  integer     NOT NULL DEFAULT 1,
            shard_count   integer     NOT NULL DEFAULT 1,
            status        text        NOT NULL CHECK (status IN
                ('starting', 'running', 'done', 'attention', 'failed', 'interrupted', 'locked', 'lost')),
            triggered_by  text        NOT NULL,
            reason        text,
            pod           text        NOT NULL,
            version       text        NOT NULL,
            started_on    timestamptz NOT NULL DEFAULT clock_timestamp(),
            finished_on   timestamptz,
            exit_code     integer,
            counts        jsonb       NOT NULL DEFAULT '{}',
            progress      jsonb       NOT NULL DEFAULT '{}',
            rejects       integer     NOT NULL DEFAULT 0,
            artifacts     jsonb       NOT NULL DEFAULT '[]',
            error         text
        )
        """
    )
    op.execute("CREATE INDEX ix_job_runs_job_started ON pay_jobs.job_runs (job, started_on DESC)")
    op.execute("CREATE INDEX ix_job_runs_unfinished ON pay_jobs.job_runs (job) WHERE status IN ('starting', 'running')")


def downgrade() -> None:
    """Forget the ledger."""
    op.execute("DROP TABLE pay_jobs.job_runs")
