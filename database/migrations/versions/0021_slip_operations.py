"""The operations on routing slips and their steps move into the one journal."""

from importlib import import_module

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the order of the operations; what a parked one needs decided is its `why`."""
    op.execute(
        """
        CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
        SELECT old.*, nextval(pg_get_serial_sequence('pay_jobs.operations', 'id')) AS new_id
          FROM (SELECT * FROM pay_jobs.slip_operations ORDER BY id) AS old
        """
    )
    op.execute(
        """
        INSERT INTO pay_jobs.operations (id, kind, subject, state, plan, command, why, reason, run_id, created_on,
                                         changed_on, finished_on)
        OVERRIDING SYSTEM VALUE
        SELECT moved.new_id, 'slip ' || moved.kind, 'slip ' || moved.slip,
               CASE WHEN moved.state IN ('planned', 'done', 'dropped') THEN moved.state
                    WHEN moved.state = 'parked' THEN 'refused'
                    WHEN step.state IS NULL THEN 'planned'
                    WHEN step.state IN ('done', 'already_true') THEN 'answered'
                    WHEN step.state = 'lost' THEN 'lost'
                    ELSE 'sent' END,
               moved.plan, 'ROUTING_SLIP_RECREATE --slip ' || moved.slip, moved.why, moved.reason, moved.run_id,
               moved.created_on, moved.changed_on, moved.finished_on
          FROM moved
          LEFT JOIN LATERAL (SELECT noted.state
                               FROM pay_jobs.slip_steps AS noted
                              WHERE noted.operation_id = moved.id
                              ORDER BY coalesce(noted.answered_on, noted.intended_on) DESC, noted.number DESC
                              LIMIT 1) AS step
            ON true
        """
    )
    op.execute(
        """
        INSERT INTO pay_jobs.operation_steps (operation_id, kind, subject, number, state, request, found, answer,
                                              attempts, run_id, sent_on, answered_on)
        SELECT moved.new_id, step.kind, step.subject, step.number,
               CASE step.state WHEN 'intended' THEN 'sent' WHEN 'done' THEN 'answered'
                               WHEN 'already_true' THEN 'answered' ELSE step.state END,
               step.request, step.found, step.answer, step.attempts, step.run_id, step.intended_on, step.answered_on
          FROM pay_jobs.slip_steps AS step
          JOIN moved
            ON moved.id = step.operation_id
        """
    )
    op.execute("DROP TABLE pay_jobs.slip_steps")
    op.execute("DROP TABLE pay_jobs.slip_operations")


def downgrade() -> None:
    """Forget the operations on slips."""
    op.execute(
        "DELETE FROM pay_jobs.operation_steps WHERE operation_id IN"
        " (SELECT id FROM pay_jobs.operations WHERE subject LIKE 'slip %')"
    )
    op.execute("DELETE FROM pay_jobs.operations WHERE subject LIKE 'slip %'")
    import_module("database.migrations.versions.0006_slip_journal").upgrade()
