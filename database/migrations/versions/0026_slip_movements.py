"""What moved routing slips and payments without a date of its own, and of which things a recorded day holds the end."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a change of what is left of a slip.

    before  of a correction, the deposit as it was; of a refund or a write-off, what AP had paid or was written off
            earlier, whose place it took in refund_amount
    """
    op.execute(
        """
        CREATE TABLE pay_jobs.slip_movements (
            id       bigint        GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            slip     text          NOT NULL,
            kind     text          NOT NULL CHECK (kind IN ('deposited', 'corrected', 'linked', 'bounced', 'voided',
                                                            'refunded', 'written_off')),
            before   numeric(19,2),
            amount   numeric(19,2) NOT NULL,
            moved_on timestamptz   NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_slip_movements_slip ON pay_jobs.slip_movements (slip, id)")
    op.execute("ALTER TABLE pay_jobs.closed_days ADD COLUMN kinds text[] NOT NULL DEFAULT '{invoice,credit}'")


def downgrade() -> None:
    """Forget the movements."""
    op.execute("ALTER TABLE pay_jobs.closed_days DROP COLUMN kinds")
    op.execute("DROP TABLE pay_jobs.slip_movements")
