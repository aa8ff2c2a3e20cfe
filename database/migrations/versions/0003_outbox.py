"""The outbox."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a message: what is to be told to whom, how often it was tried, how that went."""
    op.execute(
        """
        CREATE TABLE pay_jobs.outbox (
            id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            created_on      timestamptz NOT NULL DEFAULT clock_timestamp(),
            run_id          bigint,
            channel         text        NOT NULL CHECK (channel IN ('cfs', 'event', 'mail')),
            kind            text        NOT NULL,
            ordering_key    text        NOT NULL,
            idempotency_key text        NOT NULL UNIQUE,
            payload         jsonb       NOT NULL,
            state           text        NOT NULL DEFAULT 'pending' CHECK (state IN
                ('pending', 'delivered', 'dead', 'dropped')),
            attempts        integer     NOT NULL DEFAULT 0,
            begun_on        timestamptz,
            next_attempt_on timestamptz,
            last_error      text,
            delivered_on    timestamptz,
            answer          jsonb,
            reason          text
        )
        """
    )
    # The queue is read in two ways: on by id, and for what stands before a message on its key.
    op.execute("CREATE INDEX ix_outbox_pending ON pay_jobs.outbox (id) WHERE state = 'pending'")
    op.execute("CREATE INDEX ix_outbox_open ON pay_jobs.outbox (ordering_key, id) WHERE state IN ('pending', 'dead')")


def downgrade() -> None:
    """Forget the outbox."""
    op.execute("DROP TABLE pay_jobs.outbox")
