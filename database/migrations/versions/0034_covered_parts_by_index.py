"""Uses of money on account that cover an invoice in part have an index: closings ask for all of them."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; they are few."""
    op.execute(
        "CREATE INDEX ix_settlement_rows_parts ON pay_jobs.settlement_rows (target_number)"
        " WHERE kind = 'SKIP' AND rule = 'partial_credit'"
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP INDEX pay_jobs.ix_settlement_rows_parts")
