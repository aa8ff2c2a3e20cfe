"""Online banking rows are found by their receipt: a row that comes late asks whether we booked others of it."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index; most rows are of PAD and not in it."""
    op.execute(
        "CREATE INDEX ix_settlement_rows_bank_receipts ON pay_jobs.settlement_rows (source_number)"
        " WHERE record_type = 'BOLP' AND outcome = 'applied'"
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP INDEX pay_jobs.ix_settlement_rows_bank_receipts")
