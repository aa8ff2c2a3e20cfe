"""The messages of an account are found by their key, delivered ones too: `explain` reads them."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index; the one of open messages stays, because it also gives their order."""
    op.execute("CREATE INDEX ix_outbox_key ON pay_jobs.outbox (ordering_key)")


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP INDEX pay_jobs.ix_outbox_key")
