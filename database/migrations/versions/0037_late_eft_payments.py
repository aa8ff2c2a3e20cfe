"""EFT rows on account without a payment are found by an index: each file asks whether the payment has come since."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; they are few."""
    op.execute(
        "CREATE INDEX ix_settlement_rows_no_eft_payment ON pay_jobs.settlement_rows (source_number)"
        " WHERE outcome = 'applied' AND rule = 'no_eft_payment'"
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP INDEX pay_jobs.ix_settlement_rows_no_eft_payment")
