"""The last lines of the log stay with a run that ended badly; no bank account stays with a bounce."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that is read for one run alone.

    What bounces kept of profiles loses the bank account.
    """
    op.execute("ALTER TABLE pay_jobs.job_runs ADD COLUMN log jsonb NOT NULL DEFAULT '[]'")
    op.execute(
        """
        UPDATE pay_jobs.bounce_rows
           SET was = was - '{bank_number,bank_branch_number,bank_account_number,payment_instrument_number}'::text[]
         WHERE pay_table = 'cfs_accounts'
        """
    )


def downgrade() -> None:
    """Forget the lines."""
    op.execute("ALTER TABLE pay_jobs.job_runs DROP COLUMN log")
