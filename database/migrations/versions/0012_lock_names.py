"""The lock that a run holds, where it is not the one of its own name: a tool that must not work beside a job."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A run of an older version names none and holds the lock of its job."""
    op.execute("ALTER TABLE pay_jobs.job_runs ADD COLUMN lock_name text")


def downgrade() -> None:
    """Forget the names."""
    op.execute("ALTER TABLE pay_jobs.job_runs DROP COLUMN lock_name")
