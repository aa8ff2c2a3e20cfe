"""A database with an older schema of ours, which is written to as it was then, and upgraded."""

from collections.abc import Callable

from alembic import command
from sqlalchemy import Engine, text

from database import migrate


def upgrade_to(engine: Engine, revision: str) -> None:
    """Upgrade to a revision that is not the newest."""
    _move(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to a revision."""
    _move(engine, command.downgrade, revision)


def written_before(engine: Engine, revision: str, *statements: str) -> None:
    """Go back to a revision, run some statements, and upgrade."""
    engine.dispose()
    downgrade(engine, revision)
    run(engine, *statements)
    migrate.upgrade(engine)


def run(engine: Engine, *statements: str) -> None:
    """Run statements in one transaction."""
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _move(engine: Engine, direction: Callable[..., None], revision: str) -> None:
    with migrate._prepared(engine) as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        direction(config, revision)
