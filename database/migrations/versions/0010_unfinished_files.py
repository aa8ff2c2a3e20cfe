"""The files that are there and not complete yet, with how long each has been as it is."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a file that is left where it is; what its sender changes begins to wait anew."""
    op.execute(
        """
        CREATE TABLE pay_jobs.unfinished_files (
            source           text        NOT NULL,
            remote_directory text        NOT NULL,
            name             text        NOT NULL,
            size_bytes       bigint      NOT NULL,
            modified         bigint      NOT NULL,
            reason           text        NOT NULL,
            first_seen       timestamptz NOT NULL,
            last_seen        timestamptz NOT NULL,
            polls            integer     NOT NULL DEFAULT 1,
            PRIMARY KEY (source, remote_directory, name)
        )
        """
    )


def downgrade() -> None:
    """Forget what waits."""
    op.execute("DROP TABLE pay_jobs.unfinished_files")
