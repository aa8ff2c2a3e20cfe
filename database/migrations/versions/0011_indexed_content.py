"""Of an indexed file also its content's hash, and what of it could not be read."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A file without a fault was read to its end; of those indexed before, only those that name no batch have one."""
    op.execute("ALTER TABLE pay_jobs.cgi_files ADD COLUMN sha256 text, ADD COLUMN fault text")
    op.execute(
        """
        UPDATE pay_jobs.cgi_files AS file
           SET fault = 'it names no batch'
         WHERE kind = 'feedback'
           AND id NOT IN (SELECT cgi_file_id FROM pay_jobs.cgi_mentions WHERE kind = 'batch')
        """
    )


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE pay_jobs.cgi_files DROP COLUMN sha256, DROP COLUMN fault")
