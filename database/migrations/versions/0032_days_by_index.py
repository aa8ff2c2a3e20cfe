"""What grows for ever is found from a day on: what stood open, what moved slips, the messages of an account."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add an index by the end of a span (infinity: it stands), and the times of movements and of messages."""
    op.execute("CREATE INDEX ix_open_items_until ON pay_jobs.open_items (coalesce(until_day, 'infinity'))")
    op.execute("CREATE INDEX ix_slip_movements_moved ON pay_jobs.slip_movements (moved_on)")
    op.execute("CREATE INDEX ix_outbox_key_created ON pay_jobs.outbox (ordering_key, created_on)")
    op.execute("DROP INDEX pay_jobs.ix_outbox_key")


def downgrade() -> None:
    """Put the index of messages back, and drop the others."""
    op.execute("CREATE INDEX ix_outbox_key ON pay_jobs.outbox (ordering_key)")
    op.execute("DROP INDEX pay_jobs.ix_outbox_key_created")
    op.execute("DROP INDEX pay_jobs.ix_slip_movements_moved")
    op.execute("DROP INDEX pay_jobs.ix_open_items_until")
