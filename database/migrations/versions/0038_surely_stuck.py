"""A report that CFS left in doubt passes on whether an invoice was stuck in the last one that was sure of it."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; a report of before has none."""
    op.execute("ALTER TABLE pay_jobs.stale_invoices ADD COLUMN surely_stuck boolean")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE pay_jobs.stale_invoices DROP COLUMN surely_stuck")
