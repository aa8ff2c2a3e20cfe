"""When what a bounce did to a row was taken back."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """NULL while it stands."""
    op.execute("ALTER TABLE pay_jobs.bounce_rows ADD COLUMN undone_on timestamptz")


def downgrade() -> None:
    """Forget what was taken back; the pay tables have it."""
    op.execute("ALTER TABLE pay_jobs.bounce_rows DROP COLUMN undone_on")
