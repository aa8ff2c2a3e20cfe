"""The rows of the pay tables as they were before a bounce changed or deleted them."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row for each row of a pay table; `was` is NULL where the bounce made it."""
    op.execute(
        """
        CREATE TABLE pay_jobs.bounce_rows (
            file_id      bigint  NOT NULL REFERENCES pay_jobs.inbound_files (id) ON DELETE CASCADE,
            line         integer NOT NULL,
            pay_table    text    NOT NULL,
            row_id       bigint  NOT NULL,
            was          jsonb,
            PRIMARY KEY (file_id, line, pay_table, row_id)
        )
        """
    )
    op.execute("CREATE INDEX ix_bounce_rows_row ON pay_jobs.bounce_rows (pay_table, row_id)")


def downgrade() -> None:
    """Forget what bounces changed: they can no longer be taken back."""
    op.execute("DROP TABLE pay_jobs.bounce_rows")
