"""Where rows are that were archived and deleted; which mentions are of a file, for deleting those of old files."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The index is of blocks: mentions lie in the order of their files."""
    op.execute(
        """
        CREATE TABLE pay_jobs.archives (
               id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
               table_name text NOT NULL,
               object_key text NOT NULL UNIQUE,
               sha256 text NOT NULL,
               rows integer NOT NULL,
               oldest timestamptz NOT NULL,
               newest timestamptz NOT NULL,
               run_id bigint,
               deleted_on timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute("CREATE INDEX ix_cgi_mentions_file ON pay_jobs.cgi_mentions USING brin (cgi_file_id)")


def downgrade() -> None:
    """The archives stay in the bucket."""
    op.execute("DROP INDEX pay_jobs.ix_cgi_mentions_file")
    op.execute("DROP TABLE pay_jobs.archives")
