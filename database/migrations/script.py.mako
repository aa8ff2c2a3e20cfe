"""${message}."""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the structure of pay_jobs; timeouts are set by `database.migrate`."""
    op.execute("")


def downgrade() -> None:
    """Take the change back."""
    op.execute("")
