"""A row that breaks an invariant in two ways is known with both."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let what was expected and found be part of the key; as a digest, for they may be long."""
    op.execute(
        "ALTER TABLE pay_jobs.known_findings ADD COLUMN way text NOT NULL"
        " GENERATED ALWAYS AS (md5(expected || chr(10) || found)) STORED"
    )
    op.execute("ALTER TABLE pay_jobs.known_findings DROP CONSTRAINT known_findings_pkey")
    op.execute("ALTER TABLE pay_jobs.known_findings ADD CONSTRAINT known_findings_pkey PRIMARY KEY (code, row, way)")


def downgrade() -> None:
    """Keep one way of each row."""
    op.execute("ALTER TABLE pay_jobs.known_findings DROP CONSTRAINT known_findings_pkey")
    op.execute(
        "DELETE FROM pay_jobs.known_findings AS known USING pay_jobs.known_findings AS other"
        " WHERE other.code = known.code AND other.row = known.row AND other.way < known.way"
    )
    op.execute("ALTER TABLE pay_jobs.known_findings ADD CONSTRAINT known_findings_pkey PRIMARY KEY (code, row)")
    op.execute("ALTER TABLE pay_jobs.known_findings DROP COLUMN way")
