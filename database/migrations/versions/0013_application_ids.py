"""Application ids of settlement rows as large as CAS may make them."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rewrite the table once; no other service reads it."""
    op.execute("ALTER TABLE pay_jobs.settlement_rows ALTER COLUMN application_id TYPE bigint")


def downgrade() -> None:
    """Forget the ids that the smaller type cannot hold: the stored files have them."""
    op.execute(
        "ALTER TABLE pay_jobs.settlement_rows ALTER COLUMN application_id TYPE integer"
        " USING CASE WHEN application_id < 2147483648 THEN application_id END"
    )
