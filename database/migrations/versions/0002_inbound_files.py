"""The ledger of the files that came in."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a file, known by its source, name and content."""
    op.execute(
        """
        CREATE TABLE pay_jobs.inbound_files (
            id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            source           text        NOT NULL CHECK (source IN ('CAS', 'CGI', 'LOCAL')),
            name             text        NOT NULL,
            sha256           text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
            size_bytes       bigint      NOT NULL CHECK (size_bytes >= 0),
            state            text        NOT NULL CHECK (state IN
                ('stored', 'received', 'applied', 'held', 'failed', 'known', 'ignored')),
            reason           text,
            object_key       text,
            remote_directory text,
            remote_name      text,
            archived_as      text,
            business_date    date,
            received_on      timestamptz NOT NULL,
            archived_on      timestamptz,
            applied_on       timestamptz,
            run_id           bigint,
            details          jsonb       NOT NULL DEFAULT '{}',
            UNIQUE (source, name, sha256)
        )
        """
    )
    op.execute("CREATE INDEX ix_inbound_files_content ON pay_jobs.inbound_files (source, sha256)")
    op.execute("CREATE INDEX ix_inbound_files_state ON pay_jobs.inbound_files (source, state)")


def downgrade() -> None:
    """Forget which files came in."""
    op.execute("DROP TABLE pay_jobs.inbound_files")
