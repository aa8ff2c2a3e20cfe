"""Every row of every settlement file, with what became of it."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a line; the outcome is final for applied rows, and retried for rejected ones."""
    op.execute(
        """
        CREATE TABLE pay_jobs.settlement_rows (
            file_id            bigint        NOT NULL REFERENCES pay_jobs.inbound_files (id),
            line               integer       NOT NULL,
            run_id             bigint,
            outcome            text          NOT NULL
                CHECK (outcome IN ('applied', 'already_applied', 'skipped', 'rejected')),
            rule               text          NOT NULL DEFAULT '',
            detail             text          NOT NULL DEFAULT '',
            kind               text          NOT NULL,
            record_type        text          NOT NULL,
            source_type        text          NOT NULL,
            source_number      text          NOT NULL,
            application_id     integer,
            application_date   date,
            amount             numeric(19,2) NOT NULL,
            customer_account   text          NOT NULL,
            target_type        text          NOT NULL,
            target_number      text          NOT NULL,
            original_amount    numeric(19,2) NOT NULL,
            outstanding_amount numeric(19,2) NOT NULL,
            status             text          NOT NULL,
            reversal_reason    text,
            content_hash       uuid          NOT NULL,
            PRIMARY KEY (file_id, line)
        )
        """
    )
    op.execute("CREATE INDEX ix_settlement_rows_target_number ON pay_jobs.settlement_rows (target_number)")
    op.execute(
        "CREATE INDEX ix_settlement_rows_rejected ON pay_jobs.settlement_rows (file_id) WHERE outcome = 'rejected'"
    )


def downgrade() -> None:
    """Forget the rows."""
    op.execute("DROP TABLE pay_jobs.settlement_rows")
