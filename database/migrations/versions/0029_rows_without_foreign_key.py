"""The rows of settlement files name their file without a foreign key, as the lines of feedback files do."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Checking each row doubles the time of writing them; no file is ever deleted."""
    op.execute("ALTER TABLE pay_jobs.settlement_rows DROP CONSTRAINT settlement_rows_file_id_fkey")


def downgrade() -> None:
    """Check each row again."""
    op.execute(
        "ALTER TABLE pay_jobs.settlement_rows ADD CONSTRAINT settlement_rows_file_id_fkey "
        "FOREIGN KEY (file_id) REFERENCES pay_jobs.inbound_files (id)"
    )
