"""What is to be done for a settlement file after its commit moves from its details into the one journal."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Note each open mark; the marks of files that are done say nothing."""
    op.execute(
        """
        INSERT INTO pay_jobs.operations (kind, subject, state, plan, command, why, run_id)
        SELECT mark.kind, mark.kind || ' ' || file.id, 'planned', jsonb_build_object('file', file.id), 'PAD_RECONCILE',
               file.name, file.run_id
          FROM pay_jobs.inbound_files AS file
          JOIN (VALUES ('credit_sync', 'credit sync'), ('rejects', 'reject report')) AS mark (detail, kind)
            ON file.details ->> mark.detail = 'pending'
         WHERE file.state = 'applied'
         ORDER BY file.id
        """
    )
    op.execute(
        "UPDATE pay_jobs.inbound_files SET details = details - 'credit_sync'"
        " - CASE WHEN details ->> 'rejects' IN ('pending', 'none') THEN 'rejects' ELSE '' END"
        " WHERE details ?| ARRAY['credit_sync', 'rejects']"
    )


def downgrade() -> None:
    """Mark the files again."""
    op.execute(
        """
        UPDATE pay_jobs.inbound_files AS file
           SET details = file.details || mark.marks
          FROM (SELECT plan ->> 'file' AS file_id,
                       jsonb_object_agg(CASE kind WHEN 'credit sync' THEN 'credit_sync' ELSE 'rejects' END,
                                        'pending') AS marks
                  FROM pay_jobs.operations
                 WHERE kind IN ('credit sync', 'reject report')
                   AND state = 'planned'
                 GROUP BY plan ->> 'file') AS mark
         WHERE mark.file_id = file.id::text
        """
    )
    op.execute("DELETE FROM pay_jobs.operations WHERE kind IN ('credit sync', 'reject report')")
