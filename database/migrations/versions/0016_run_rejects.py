"""What a run leaves for a person: the first of its rejects, its notes, and whether it says anything new."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Earlier runs have kept the number of their rejects only."""
    op.execute("ALTER TABLE pay_jobs.job_runs ADD COLUMN notes jsonb NOT NULL DEFAULT '[]'")
    op.execute("ALTER TABLE pay_jobs.job_runs ADD COLUMN is_news boolean NOT NULL DEFAULT true")
    op.execute(
        """
        CREATE TABLE pay_jobs.run_rejects (
            run_id  bigint  NOT NULL REFERENCES pay_jobs.job_runs (id) ON DELETE CASCADE,
            number  integer NOT NULL,
            place   text    NOT NULL,
            reason  text    NOT NULL,
            detail  text    NOT NULL,
            command text    NOT NULL,
            amount  numeric(19, 2),
            PRIMARY KEY (run_id, number)
        )
        """
    )


def downgrade() -> None:
    """Forget them."""
    op.execute("DROP TABLE pay_jobs.run_rejects")
    op.execute("ALTER TABLE pay_jobs.job_runs DROP COLUMN is_news")
    op.execute("ALTER TABLE pay_jobs.job_runs DROP COLUMN notes")
