"""Bounces have indexes of their own: closings ask for those taken back since a day, verify for those of a number."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; bounces are few, and those that were taken back fewer."""
    op.execute("CREATE INDEX ix_bounce_rows_undone ON pay_jobs.bounce_rows (undone_on) WHERE undone_on IS NOT NULL")
    op.execute(
        "CREATE INDEX ix_settlement_rows_bounces ON pay_jobs.settlement_rows (target_number) WHERE kind = 'BOUNCE'"
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP INDEX pay_jobs.ix_settlement_rows_bounces")
    op.execute("DROP INDEX pay_jobs.ix_bounce_rows_undone")
