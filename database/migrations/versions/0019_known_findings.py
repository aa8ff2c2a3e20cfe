"""What breaks an invariant of the pay tables and was taken as known, so that it is told again only once it changes."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a finding, by the invariant's code and the row that breaks it, with what was expected and found."""
    op.execute(
        """
        CREATE TABLE pay_jobs.known_findings (
            code     text        NOT NULL,
            row      text        NOT NULL,
            expected text        NOT NULL,
            found    text        NOT NULL,
            reason   text        NOT NULL,
            run_id   bigint,
            taken_on timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (code, row)
        )
        """
    )


def downgrade() -> None:
    """Forget what was known."""
    op.execute("DROP TABLE pay_jobs.known_findings")
