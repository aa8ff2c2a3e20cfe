"""The journal of partial credits: what was about to be credited, what CFS answered, and whether it is in the books."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a credit memo that was asked for; an invoice has one in work at most, a memo stands in one row."""
    op.execute(
        """
        CREATE TABLE pay_jobs.partial_credits (
            id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            invoice_id  integer       NOT NULL,
            state       text          NOT NULL DEFAULT 'intended' CHECK (state IN
                ('intended', 'parked', 'answered', 'done', 'refused', 'not_made')),
            amount      numeric(19,2) NOT NULL CHECK (amount > 0),
            parts       jsonb         NOT NULL,
            cfs_party   text          NOT NULL,
            cfs_account text          NOT NULL,
            cfs_site    text          NOT NULL,
            memo        text,
            remaining   numeric(19,2),
            why         text,
            reason      text          NOT NULL,
            run_id      bigint,
            created_on  timestamptz   NOT NULL DEFAULT clock_timestamp(),
            changed_on  timestamptz   NOT NULL DEFAULT clock_timestamp(),
            CHECK (state NOT IN ('answered', 'done') OR (memo IS NOT NULL AND remaining IS NOT NULL))
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX ux_partial_credits_in_work ON pay_jobs.partial_credits (invoice_id)"
        " WHERE state IN ('intended', 'parked', 'answered')"
    )
    op.execute("CREATE UNIQUE INDEX ux_partial_credits_memo ON pay_jobs.partial_credits (memo)")


def downgrade() -> None:
    """Forget the journal."""
    op.execute("DROP TABLE pay_jobs.partial_credits")
