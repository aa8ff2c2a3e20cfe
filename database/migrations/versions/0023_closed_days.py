"""Closed days: their figures, what was open at their end, and the dated facts that our jobs overwrite or delete."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a day, a figure of a day, a span in which something was open unchanged, and a row that is no more."""
    op.execute(
        """
        CREATE TABLE pay_jobs.closed_days (
            day              date          PRIMARY KEY,
            is_first         boolean       NOT NULL,
            unexplained_rows integer       NOT NULL,
            unexplained      numeric(19,2) NOT NULL,
            remainders       jsonb         NOT NULL DEFAULT '[]',
            reason           text          NOT NULL,
            run_id           bigint,
            recorded_on      timestamptz   NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE pay_jobs.closed_figures (
            day    date          NOT NULL REFERENCES pay_jobs.closed_days (day) ON DELETE CASCADE,
            figure text          NOT NULL,
            method text          NOT NULL,
            rows   integer       NOT NULL,
            amount numeric(19,2) NOT NULL,
            digest text          NOT NULL,
            keys   text[]        NOT NULL,
            PRIMARY KEY (day, figure, method)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE pay_jobs.open_items (
            kind      text          NOT NULL CHECK (kind IN ('invoice', 'slip', 'credit')),
            item      bigint        NOT NULL,
            from_day  date          NOT NULL,
            until_day date,
            status    text          NOT NULL,
            method    text          NOT NULL,
            amount    numeric(19,2) NOT NULL,
            PRIMARY KEY (kind, item, from_day)
        )
        """
    )
    op.execute("CREATE INDEX ix_open_items_standing ON pay_jobs.open_items (kind, item) WHERE until_day IS NULL")
    op.execute(
        """
        CREATE TABLE pay_jobs.kept_rows (
            id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            pay_table text        NOT NULL,
            row_id    bigint      NOT NULL,
            was       jsonb       NOT NULL,
            amount    numeric(19,2),
            cause     text        NOT NULL,
            kept_on   timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_kept_rows_table ON pay_jobs.kept_rows (pay_table, kept_on)")


def downgrade() -> None:
    """Forget the closed days."""
    op.execute("DROP TABLE pay_jobs.kept_rows")
    op.execute("DROP TABLE pay_jobs.open_items")
    op.execute("DROP TABLE pay_jobs.closed_figures")
    op.execute("DROP TABLE pay_jobs.closed_days")
