"""Online banking rows are found by their receipt whatever became of them: one that is booked already may be ours."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Replace the index of those that were applied by one of all."""
    op.execute(
        "CREATE INDEX ix_settlement_rows_bank_rows ON pay_jobs.settlement_rows (source_number)"
        " WHERE record_type = 'BOLP'"
    )
    op.execute("DROP INDEX pay_jobs.ix_settlement_rows_bank_receipts")


def downgrade() -> None:
    """Put the other back."""
    op.execute(
        "CREATE INDEX ix_settlement_rows_bank_receipts ON pay_jobs.settlement_rows (source_number)"
        " WHERE record_type = 'BOLP' AND outcome = 'applied'"
    )
    op.execute("DROP INDEX pay_jobs.ix_settlement_rows_bank_rows")
