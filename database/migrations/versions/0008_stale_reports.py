"""The reports about stuck invoices, what each found, and how far a comparison with CFS has come."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a report, one an invoice in it, one a comparison, and one a difference it found."""
    op.execute(
        """
        CREATE TABLE pay_jobs.stale_reports (
            id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            run_id       bigint,
            scope        text          NOT NULL,
            as_of        timestamptz   NOT NULL,
            finished_on  timestamptz,
            stuck        integer       NOT NULL DEFAULT 0,
            waiting      integer       NOT NULL DEFAULT 0,
            stuck_amount numeric(19,2) NOT NULL DEFAULT 0,
            by_method    jsonb         NOT NULL DEFAULT '{}',
            by_diagnosis jsonb         NOT NULL DEFAULT '{}'
        )
        """
    )
    op.execute("CREATE INDEX ix_stale_reports_scope ON pay_jobs.stale_reports (scope, id)")
    op.execute(
        """
        CREATE TABLE pay_jobs.stale_invoices (
            report_id  bigint        NOT NULL REFERENCES pay_jobs.stale_reports (id) ON DELETE CASCADE,
            invoice_id integer       NOT NULL,
            code       text          NOT NULL,
            is_stuck   boolean       NOT NULL,
            total      numeric(19,2) NOT NULL,
            PRIMARY KEY (report_id, invoice_id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE pay_jobs.cfs_comparisons (
            id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            scope       text        NOT NULL,
            since       timestamp   NOT NULL,
            until       timestamp   NOT NULL,
            sample      text[],
            stage       text        NOT NULL DEFAULT 'invoices'
                CHECK (stage IN ('invoices', 'unsent', 'credits', 'slips', 'done')),
            position    text        NOT NULL DEFAULT '',
            compared    integer     NOT NULL DEFAULT 0,
            unanswered  integer     NOT NULL DEFAULT 0,
            begun_on    timestamptz NOT NULL,
            finished_on timestamptz
        )
        """
    )
    op.execute(
        """
        CREATE TABLE pay_jobs.cfs_differences (
            id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            comparison_id bigint        NOT NULL REFERENCES pay_jobs.cfs_comparisons (id) ON DELETE CASCADE,
            kind          text          NOT NULL,
            number        text          NOT NULL,
            direction     text          NOT NULL CHECK (direction IN ('ours', 'theirs')),
            ours          numeric(19,2),
            theirs        numeric(19,2),
            detail        text          NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_cfs_differences_comparison ON pay_jobs.cfs_differences (comparison_id, id)")


def downgrade() -> None:
    """Forget all of it."""
    op.execute(
        "DROP TABLE pay_jobs.cfs_differences, pay_jobs.cfs_comparisons, pay_jobs.stale_invoices, pay_jobs.stale_reports"
    )
