"""SEND_NOTIFICATIONS, 08:01: statements that wait for their mail get it. Source: docs/specs/statements.md section 9."""

from sandbox.world.world import World


def send_notifications(world: World) -> None:
    """Mail every statement that waits."""
    world.tables.run(
        "UPDATE statements SET notification_status_code = 'SUCCESS', notification_date = :day"
        " WHERE notification_status_code = 'PENDING'",
        day=world.clock.today,
    )
    for statement in world.model.statements:
        if statement.notification == "PENDING":
            statement.notification = "SUCCESS"
