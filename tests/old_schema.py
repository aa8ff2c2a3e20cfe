"""A database that goes back to an older schema of ours, is written to as it was then, and is upgraded."""

from alembic import command
from sqlalchemy import Engine, text

from database import migrate


def written_before(engine: Engine, revision: str, *statements: str) -> None:
    """Go back to a revision, run some statements, and upgrade."""
    engine.dispose()
    with migrate._prepared(engine) as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    migrate.upgrade(engine)
