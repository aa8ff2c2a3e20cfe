"""The runs of a night are found by when they began, whatever their job."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index for the time line and the alarm."""
    op.execute("CREATE INDEX ix_job_runs_started ON pay_jobs.job_runs (started_on)")


def downgrade() -> None:
    """Look through all runs again."""
    op.execute("DROP INDEX pay_jobs.ix_job_runs_started")
